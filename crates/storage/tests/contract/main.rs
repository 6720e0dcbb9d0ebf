//! The contract of the storage seam: every statement, and every promise of `Storage::run`, on SQLite in memory, on
//! SQLite in a file and on PostgreSQL.
//!
//! PostgreSQL is the server that `NARU_TEST_POSTGRES` names; without it those tests say that they are skipped, and
//! fail where `CI` is set. Each test has a schema or a file of its own.

/// Makes one test per database out of `async fn name(house: &House)`.
macro_rules! on_every_engine {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn memory() {
                $crate::house::in_memory(super::$test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn file() {
                $crate::house::in_file(super::$test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::house::on_postgres(super::$test).await;
            }
        }
    )+};
}

mod authorization;
mod call;
mod client;
mod conflict;
mod credential;
mod cut;
mod document;
mod fixture;
mod function_test;
mod grant;
mod house;
mod inspection;
mod institution;
mod journal;
mod leaver;
mod limit;
mod looks;
mod member;
mod member_sign_in;
mod organisation;
mod overview;
mod passkey;
mod person;
mod policy;
mod pushed_request;
mod registration;
mod run;
mod schema;
mod sealed;
mod session;
mod several;
mod shared_commit;
mod signal;
mod standing;
mod transfer;
