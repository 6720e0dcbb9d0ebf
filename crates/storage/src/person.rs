//! Rows of people.

use naru_core::{Person, PersonFacts, PersonId, UserSeqNo};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

const FACTS: &str = "people.facts";
const LINKING_VALUE: &str = "people.linking_value";

fn read(tx: &Tx, mut row: Row) -> Result<Person, StorageError> {
    Ok(Person {
        id: row.next()?,
        user_seq_no: row.next()?,
        facts: tx.open::<PersonFacts>(FACTS, &row.next::<Vec<u8>>()?)?,
        created_at: row.next()?,
    })
}

impl Tx {
    /// A person by id.
    pub async fn person_find(&self, id: PersonId) -> Result<Option<Person>, StorageError> {
        let sql = "SELECT id, user_seq_no, facts_sealed, created_at FROM people WHERE id = $1";
        self.query_opt(sql, values![id])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// A person by the number fintechs know.
    pub async fn person_find_by_seq(&self, user_seq_no: &UserSeqNo) -> Result<Option<Person>, StorageError> {
        let sql = "SELECT id, user_seq_no, facts_sealed, created_at FROM people WHERE user_seq_no = $1";
        self.query_opt(sql, values![user_seq_no])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// A person by the linking value.
    pub async fn person_find_by_link(&self, linking_value: &str) -> Result<Option<Person>, StorageError> {
        let sql = "SELECT id, user_seq_no, facts_sealed, created_at FROM people WHERE linking_value_blind = $1";
        let blind = self.blind(LINKING_VALUE, linking_value);
        self.query_opt(sql, values![blind])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// Stores a person who came for the first time.
    pub async fn person_insert(&self, person: &Person) -> Result<(), StorageError> {
        let blind = self.blind(LINKING_VALUE, &person.facts.linking_value);
        self.execute(
            "INSERT INTO people (id, user_seq_no, linking_value_blind, facts_sealed, created_at)
             VALUES ($1, $2, $3, $4, $5)",
            values![
                person.id,
                &person.user_seq_no,
                blind,
                self.seal(FACTS, &person.facts)?,
                person.created_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Refreshes what the identity check says about a person.
    pub async fn person_set_facts(&self, id: PersonId, facts: &PersonFacts) -> Result<(), StorageError> {
        let sql = "UPDATE people SET facts_sealed = $2 WHERE id = $1";
        self.execute(sql, values![id, self.seal(FACTS, facts)?]).await?;
        Ok(())
    }
}
