use super::*;

fn hello(extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([9; 32]);
    body.extend([0, 0xC0, 0x2F, 0]);
    body.extend(extensions);
    let mut message = vec![2, 0, 0, u8::try_from(body.len()).unwrap()];
    message.extend(body);
    message
}

fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut record = vec![kind, 3, 3];
    record.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    record.extend(payload);
    record
}

async fn reply(bytes: &[u8]) -> Reply {
    read_reply(&mut &*bytes, 65_536).await
}

#[tokio::test]
async fn a_server_hello_is_read_also_in_pieces_and_after_warnings() {
    let taken = Reply::Taken {
        version: 0x0303,
        suite: 0xC02F,
    };
    assert_eq!(reply(&record(22, &hello(&[]))).await, taken);
    let whole = hello(&[]);
    let (first, second) = whole.split_at(7);
    let pieces = [record(21, &[1, 112]), record(22, first), record(22, second)].concat();
    assert_eq!(reply(&pieces).await, taken);
}

#[tokio::test]
async fn tls_13_stands_in_an_extension() {
    let extensions = [0, 6, 0, 43, 0, 2, 3, 4];
    assert_eq!(
        reply(&record(22, &hello(&extensions))).await,
        Reply::Taken {
            version: 0x0304,
            suite: 0xC02F
        }
    );
}

#[tokio::test]
async fn what_is_no_server_hello_is_said() {
    assert_eq!(reply(&record(21, &[2, 70])).await, Reply::Alert(70));
    assert_eq!(reply(&record(21, &[1, 0])).await, Reply::Alert(0));
    assert_eq!(reply(&record(21, &[1, 112]).repeat(5)).await, Reply::Alert(112));
    assert_eq!(reply(b"").await, Reply::Closed);
    assert_eq!(reply(&record(22, &[2, 0, 0])).await, Reply::Closed);
    assert!(matches!(
        reply(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
        Reply::Other(_)
    ));
    assert!(matches!(reply(&record(22, &[1, 0, 0, 0])).await, Reply::Other(_)));
    assert!(matches!(
        reply(&record(22, &hello(&[0, 6, 0, 43, 0, 9, 3, 4]))).await,
        Reply::Other(_)
    ));
    assert!(matches!(reply(&record(22, &hello(&[0, 9]))).await, Reply::Other(_)));
    assert!(matches!(reply(&record(23, &[0])).await, Reply::Other(_)));
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    // A message that says it is 16 MiB long, in records that follow one another.
    let mut bytes = record(22, &[2, 255, 255, 255]);
    bytes.extend(record(22, &[0; 16_000]).repeat(8));
    assert!(matches!(reply(&bytes).await, Reply::Other(_)));
}
