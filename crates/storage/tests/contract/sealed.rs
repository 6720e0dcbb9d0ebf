//! Sealed columns are sealed on the disk, open only for their own column, and a blind index is no plain value.

use naru_storage::{Authorization, Step};

use crate::fixture::{self, ACCOUNT_NUM, HOLDER_NAME, account};
use crate::house::{self, House, raw_client};

/// Stores every noun that has a sealed column; what must not be found in the raw database.
async fn store_everything(house: &House) -> Vec<String> {
    let family = fixture::family(house).await;
    let mut transfer = fixture::transfer(house, &family.client);
    transfer.facts.credit.holder_name = "받는이름".to_owned();
    let mut journey = Authorization {
        id: naru_core::AuthorizationId::new(house.now(), &house.chance),
        session_sha256: vec![4; 32],
        client_id: Some(family.client.id),
        asked: "{}".to_owned(),
        step: Step::Arrived,
        identity_request: None,
        person_id: None,
        found: Vec::new(),
        grant_id: None,
        code_sha256: None,
        code_expires_at: None,
        session_id: None,
        created_at: house.now(),
        expires_at: house.now(),
    };
    house
        .put(async |tx| {
            tx.transfer_insert(&transfer, "{}")?;
            tx.authorization_insert(&journey).await
        })
        .await;
    journey.step = Step::SignedIn;
    journey.found = vec![account("097", "3300111122223333")];
    house
        .put(async |tx| {
            assert!(tx.transfer_update(&transfer).await?);
            assert!(tx.authorization_move(&journey, Step::Arrived).await?);
            Ok(())
        })
        .await;
    let facts = &family.person.facts;
    let contract = &family.client.contract_account;
    let texts = [
        ACCOUNT_NUM,
        HOLDER_NAME,
        "받는이름",
        "3300111122223333",
        "HONGGILDONG1234",
        &facts.linking_value,
        &facts.cell_no,
        &facts.email,
        &contract.account_num,
        &contract.holder_name,
    ];
    texts.map(str::to_owned).to_vec()
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_personal_fact_is_in_the_files_of_sqlite() {
    house::in_file(async |house: &House| {
        let secrets = store_everything(house).await;
        let path = house.path().expect("a file");
        let mut bytes = std::fs::read(path).expect("the file can be read");
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        bytes.extend(std::fs::read(log).expect("the write-ahead log can be read"));
        assert!(contains(&bytes, "핀테크"), "names of fintechs are public");
        for secret in secrets {
            assert!(!contains(&bytes, &secret), "{secret} is in the file");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_personal_fact_is_in_a_row_of_postgresql() {
    house::on_postgres(async |house: &House| {
        let secrets = store_everything(house).await;
        let client = raw_client(house.settings()).await;
        let tables = [
            "clients",
            "people",
            "accounts",
            "registrations",
            "transfers",
            "authorizations",
        ];
        let mut dump = String::new();
        for table in tables {
            // Texts as they are, bytes as texts where they are readable.
            let sql = format!("SELECT encode(convert_to(t::text, 'UTF8'), 'escape') FROM {table} t");
            for row in client.query(&sql, &[]).await.expect("the rows can be read") {
                dump.push_str(&row.get::<_, String>(0));
            }
        }
        let escaped = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    32..=126 => char::from(byte).to_string(),
                    _ => format!("\\{byte:o}"),
                })
                .collect()
        };
        let hex = |text: &str| naru_crypto::hex(text.as_bytes());
        assert!(dump.contains(&escaped("핀테크")), "names of fintechs are public");
        for secret in secrets {
            assert!(!dump.contains(&escaped(&secret)), "{secret} is in a text");
            assert!(!dump.contains(&hex(&secret)), "{secret} is in bytes");
        }
    })
    .await;
}

/// Values moved to another row's column, or sealed under a key that is gone, are not taken for anything.
async fn a_moved_value_does_not_open(house: &House) {
    let family = fixture::family(house).await;
    if house
        .raw("UPDATE people SET facts_sealed = (SELECT account_sealed FROM accounts)")
        .await
        .is_none()
    {
        return;
    }
    let done = house
        .storage
        .read("contract_get", async |tx: naru_storage::Tx| {
            tx.person_find(family.person.id).await
        })
        .await;
    let cause = "the value was changed or sealed for another column".to_owned();
    assert_eq!(done, Err(naru_storage::StorageError::Corrupt(cause)));
}

on_every_engine!(a_moved_value_does_not_open);
