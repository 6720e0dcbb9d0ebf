//! People.

use naru_storage::StorageError;

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_person_is_found_by_each_of_its_names,
    a_person_comes_for_the_first_time_once
);

async fn a_person_is_found_by_each_of_its_names(house: &House) {
    let (mut first, second) = (fixture::person(house), fixture::person(house));
    house
        .put(async |tx| {
            tx.person_insert(&first).await?;
            tx.person_insert(&second).await
        })
        .await;
    first.facts.cell_no = "010-0000-1111".to_owned();
    first.facts.name = "이름".to_owned();
    house
        .put(async |tx| tx.person_set_facts(first.id, &first.facts).await)
        .await;
    let stranger = fixture::person(house);
    for (person, expected) in [(&first, Some(&first)), (&second, Some(&second)), (&stranger, None)] {
        let by_id = house.get(async |tx| tx.person_find(person.id).await).await;
        let by_seq = house
            .get(async |tx| tx.person_find_by_seq(&person.user_seq_no).await)
            .await;
        let by_link = house
            .get(async |tx| tx.person_find_by_link(&person.facts.linking_value).await)
            .await;
        assert_eq!([by_id.as_ref(), by_seq.as_ref(), by_link.as_ref()], [expected; 3]);
    }
}

async fn a_person_comes_for_the_first_time_once(house: &House) {
    let first = fixture::person(house);
    house.put(async |tx| tx.person_insert(&first).await).await;
    let mut same_link = fixture::person(house);
    same_link.facts.linking_value = first.facts.linking_value.clone();
    let mut same_seq = fixture::person(house);
    same_seq.user_seq_no = first.user_seq_no.clone();
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    for person in [same_link, same_seq] {
        assert_eq!(house.refused(async |tx| tx.person_insert(&person).await).await, taken);
        assert_eq!(house.get(async |tx| tx.person_find(person.id).await).await, None);
    }
}
