//! PostgreSQL behind a line that breaks at the worst moment: around `COMMIT`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use naru_core::Action;
use naru_storage::{Storage, StorageError, Tx};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture;
use crate::house::{self, ACTOR, House};

const WHOLE: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// The value of a key in libpq's form, where no value holds a space.
fn value<'a>(settings: &'a str, key: &str) -> Option<&'a str> {
    settings
        .split_whitespace()
        .find_map(|part| part.strip_prefix(key)?.strip_prefix('='))
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// Carries bytes both ways; gives up around the next `COMMIT` if told so.
async fn carry(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicU8>) -> std::io::Result<()> {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let bytes = &up[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                let cut = if has(bytes, b"COMMIT\0") { cut.swap(WHOLE, Ordering::SeqCst) } else { WHOLE };
                if cut == CUT_BEFORE {
                    return Ok(());
                }
                server.write_all(bytes).await?;
                if cut == CUT_AFTER {
                    loop {
                        let read = server.read(&mut down).await?;
                        if read == 0 || has(&down[..read], b"COMMIT\0") {
                            return Ok(());
                        }
                    }
                }
            }
            read = server.read(&mut down) => {
                let bytes = &down[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                client.write_all(bytes).await?;
            }
        }
    }
}

/// The same database behind the line.
async fn behind_a_line(house: &House, cut: &Arc<AtomicU8>) -> Storage {
    let settings = house.settings();
    let host = value(settings, "host").expect("the server's host is named");
    let port = value(settings, "port").unwrap_or("5432");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let own = listener.local_addr().expect("it has one").port();
    let (to, cut) = (format!("{host}:{port}"), Arc::clone(cut));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&to).await.expect("the server listens");
            tokio::spawn(carry(client, server, Arc::clone(&cut)));
        }
    });
    let parts = settings.split_whitespace().map(|part| match part.split_once('=') {
        Some(("host", _)) => "host=127.0.0.1".to_owned(),
        Some(("port", _)) => format!("port={own}"),
        _ => part.to_owned(),
    });
    house.again_at(&parts.collect::<Vec<_>>().join(" "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_claims_to_know_a_commit_whose_answer_was_lost() {
    house::on_postgres(async |house: &House| {
        if value(house.settings(), "port").is_none() {
            println!("skipped: the line needs a server at a port");
            return;
        }
        let cut = Arc::new(AtomicU8::new(WHOLE));
        let storage = behind_a_line(house, &cut).await;
        for (kind, is_written) in [(WHOLE, true), (CUT_AFTER, true), (CUT_BEFORE, false), (WHOLE, true)] {
            let person = fixture::person(house);
            cut.store(kind, Ordering::SeqCst);
            let work = async |tx: Tx| -> Result<(), StorageError> {
                tx.person_insert(&person).await?;
                tx.trail(Action::PersonJoined, person.id, ()).await
            };
            let done = storage.run("person_join", &ACTOR, work).await;
            match done {
                Ok(()) => assert_eq!(kind, WHOLE),
                Err(StorageError::CommitUnknown { transaction, .. }) => {
                    assert_ne!(kind, WHOLE);
                    assert_eq!(transaction, "person_join");
                }
                Err(other) => panic!("{other}"),
            }
            let found = house.get(async |tx| tx.person_find(person.id).await).await;
            assert_eq!(found.is_some(), is_written, "{kind}");
        }
    })
    .await;
}
