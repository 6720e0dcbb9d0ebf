//! The prober of a serving hub: a server that an organisation registered is looked at by the hub's own job, and what it
//! turns into opens what was settled.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use naru::up::{self, Trial, UpOptions};
use naru_admission::signal::service::history;
use naru_admission::{Office, Staff, endpoint};
use naru_core::{
    EndpointKind, InspectionId, InspectionKind, InspectionMachine, InspectionOutcome, NoticeKind, OrganisationId,
    SignalKind, SignalOutcome,
};
use naru_crypto::{Authority, Issued, Subject};
use naru_storage::{InspectionRow, SignalRow, StorageError, Tx};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const ADDRESS: &str = "127.0.0.1";
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
/// The item that a certificate's end is evidence for.
const ITEM: &str = "fsi-t-05-4";

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server whose certificate the test changes.
struct Server {
    tls: Arc<Mutex<Arc<ServerConfig>>>,
    addr: SocketAddr,
}

fn config(issued: &Issued) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = CertificateDer::pem_slice_iter(issued.certificate_pem.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    Arc::new(config)
}

impl Server {
    async fn start(issued: &Issued) -> Self {
        let tls = Arc::new(Mutex::new(config(issued)));
        let listener = TcpListener::bind((ADDRESS, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let now = tls.clone();
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let acceptor = TlsAcceptor::from(now.lock().unwrap().clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut asked = [0; 4_096];
                    let _ = stream.read(&mut asked).await;
                    let _ = stream.write_all(PAGE).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { tls, addr }
    }
}

/// A certificate of the trial's authority that began so many days ago and holds for so many.
fn issued(folder: &Path, office: &Office, (ago, days): (i64, i64)) -> Issued {
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let authority = Authority::open(file("ca.pem"), file("ca.key")).unwrap();
    let now = time::OffsetDateTime::from_unix_timestamp(office.hub.now().0 / naru_core::SECOND).unwrap();
    let begun = now - time::Duration::days(ago);
    authority.issue(&Subject::Server(&[ADDRESS]), days, begun).unwrap()
}

async fn trial() -> (Trial, Folder) {
    let word = naru::app::system_chance().below(u64::MAX);
    let folder = Folder(std::env::temp_dir().join(format!("naru-prober-{word:016x}")));
    let anywhere = ([127, 0, 0, 1], 0).into();
    let options = UpOptions {
        dir: folder.0.clone(),
        listen: anywhere,
        ops_listen: anywhere,
        database: None,
        page_size: 25,
    };
    (up::start(&options).await.expect("a trial starts"), folder)
}

async fn get<T: Send, U>(office: &Office, work: impl FnOnce(Tx) -> U + Send) -> T
where
    U: Future<Output = Result<T, StorageError>> + Send,
{
    let read = office.hub.storage().read("it", work).await;
    read.unwrap_or_else(|error: StorageError| panic!("{error}"))
}

async fn staff(office: &Office) -> Staff {
    get(office, async |tx| {
        let organisation = tx
            .organisation_find_by_code("sunny-pay")
            .await?
            .expect("the trial has it");
        let row = tx.member_find_by_name(organisation.id, "first").await?;
        let member = row.expect("the trial has them").member;
        Ok(Staff { member, organisation })
    })
    .await
}

/// An inspection of the organisation that ended well.
async fn passed(office: &Office, of: OrganisationId) -> InspectionId {
    let now = office.hub.now();
    let row = InspectionRow {
        id: InspectionId::new(now, office.hub.storage().chance()),
        organisation_id: of,
        agency_id: None,
        machine: InspectionMachine::Organisation,
        kind: InspectionKind::Organisation,
        platform: String::new(),
        service: String::new(),
        catalogue: "fsi-user-org".to_owned(),
        state: "FINAL_REPORTED".to_owned(),
        state_since: now,
        round: 1,
        outcome: InspectionOutcome::Passed,
        valid_until: None,
        ended_at: Some(now),
        created_at: now,
        version: 1,
    };
    let put = office
        .hub
        .storage()
        .record("it", async |tx| tx.inspection_insert(&row).await);
    let put: Result<bool, StorageError> = put.await;
    assert!(put.unwrap());
    row.id
}

/// The signal of the certificate, once it stands as it should.
async fn stands(office: &Office, of: OrganisationId, outcome: SignalOutcome) -> SignalRow {
    let wait = async {
        loop {
            let rows = get(office, async |tx| tx.signal_list(of).await).await;
            let found = rows.into_iter().find(|row| row.signal == SignalKind::CertExpiry);
            if let Some(row) = found.filter(|row| row.outcome == outcome) {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let stood = tokio::time::timeout(Duration::from_secs(90), wait).await;
    stood.unwrap_or_else(|_| panic!("the job did not see that it is {outcome}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serving_hub_looks_at_what_is_registered_and_an_expired_certificate_opens_the_item_again() {
    let (trial, folder) = trial().await;
    let office = trial.running.parts.office.clone();
    let staff = staff(&office).await;
    let of = staff.organisation.id;
    let inspection = passed(&office, of).await;
    let server = Server::start(&issued(&folder.0, &office, (1, 200))).await;
    let url = format!("https://{}/", server.addr);
    let made = endpoint::service::register(&office, &staff, (EndpointKind::WebOrigin, &url)).await;
    let made = made.unwrap();
    let row = stands(&office, of, SignalOutcome::Pass).await;
    assert_eq!(row.endpoint_id, Some(made.id));
    let seen = history(&office, (of, SignalKind::CertExpiry), 10).await.unwrap();
    assert_eq!((seen.len(), Some(seen[0].id)), (1, row.observation_id));
    assert_eq!(seen[0].raw_sha256, naru_crypto::sha256(seen[0].raw.as_bytes()));
    let findings = async || get(&office, async |tx| tx.finding_list(inspection).await).await;
    assert!(findings().await.iter().all(|finding| finding.control_id != ITEM));
    // The certificate runs out, and half a day later the job looks again.
    *server.tls.lock().unwrap() = config(&issued(&folder.0, &office, (40, 10)));
    let due = SignalRow {
        due_at: office.hub.now(),
        ..row
    };
    let storage = office.hub.storage();
    let put: Result<bool, StorageError> = storage.record("it", async |tx| tx.signal_settle(&due).await).await;
    assert!(put.unwrap());
    stands(&office, of, SignalOutcome::Fail).await;
    let opened = findings().await;
    let opened: Vec<_> = opened.iter().filter(|finding| finding.control_id == ITEM).collect();
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].written_by, "hub:signals");
    let notices = get(&office, async |tx| tx.notice_list_open(of).await).await;
    let about = format!("{} {}", SignalKind::CertExpiry, made.id);
    let is_it = |notice: &&naru_storage::NoticeRow| notice.kind == NoticeKind::SignalFailed && notice.subject == about;
    assert_eq!(notices.iter().filter(is_it).count(), 1, "{notices:?}");
    trial.running.stop().await;
}
