//! Keys in a PKCS#11 token, against SoftHSM with a token of its own in a temporary folder.
//!
//! SoftHSM learns from the environment where its tokens are, when its module is loaded; so each test runs itself again
//! in a process that was started with that environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use naru_crypto::jose::{Jws, Signer, sign};
use naru_crypto::pkcs11::{Pkcs11Error, Token};
use serde_json::json;

const LABEL: &str = "naru test";
const PIN: &str = "648219";
const MODULES: [&str; 6] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

fn said(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn module() -> Option<PathBuf> {
    MODULES.iter().map(PathBuf::from).find(|path| path.exists())
}

fn tool(arguments: &[&str], configuration: &Path) -> bool {
    Command::new("softhsm2-util")
        .args(arguments)
        .env("SOFTHSM2_CONF", configuration)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A folder with a fresh token, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn with_token(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("naru-pkcs11-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("tokens")).expect("a temporary folder");
        let configuration = folder.join("softhsm2.conf");
        let text = format!(
            "directories.tokendir = {}\nlog.level = ERROR\n",
            folder.join("tokens").display()
        );
        std::fs::write(&configuration, text).expect("a configuration");
        let arguments = [
            "--init-token",
            "--free",
            "--label",
            LABEL,
            "--pin",
            PIN,
            "--so-pin",
            "9137",
        ];
        assert!(tool(&arguments, &configuration), "softhsm2-util makes a token");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a test in a process of its own, with a token; says so and passes where there is no SoftHSM.
fn in_a_process(name: &str, test: impl FnOnce(&Path)) {
    let Some(module) = module() else {
        assert!(said("CI").is_none(), "SoftHSM is missing: apt-get install softhsm2");
        println!("skipped: SoftHSM is missing (apt-get install softhsm2)");
        return;
    };
    if said("NARU_TEST_TOKEN").is_some() {
        return test(&module);
    }
    let folder = Folder::with_token(name);
    let status = Command::new(std::env::current_exe().expect("a test is a program"))
        .args(["--exact", name, "--nocapture"])
        .env("SOFTHSM2_CONF", folder.0.join("softhsm2.conf"))
        .env("NARU_TEST_TOKEN", "1")
        .status()
        .expect("a test runs again");
    assert!(status.success(), "{name} holds in its own process");
}

#[test]
fn a_key_in_a_token_signs_and_is_found_again() {
    in_a_process("a_key_in_a_token_signs_and_is_found_again", |module| {
        let token = Token::open(module, LABEL, PIN).unwrap();
        assert_eq!(token.find("hub").err(), Some(Pkcs11Error::Missing("hub".to_owned())));
        let key = token.find_or_generate("hub").unwrap();
        let text = sign(&key, "JWT", &json!({ "sub": "나루" })).unwrap();
        let jws = Jws::parse(&text, 4096).unwrap();
        assert_eq!(jws.verify(&key.public_jwk()), Ok(()));
        assert_eq!(jws.header().kid.as_deref(), Some(key.kid()));

        let again = Token::open(module, LABEL, PIN)
            .unwrap()
            .find_or_generate("hub")
            .unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        assert_eq!(jws.verify(&again.public_jwk()), Ok(()));
        let other = token.generate("hub 2").unwrap();
        assert_ne!(other.public_jwk(), key.public_jwk());
        assert!(jws.verify(&other.public_jwk()).is_err());
        assert_eq!(token.generate("hub").err(), Some(Pkcs11Error::Taken("hub".to_owned())));
        assert_eq!(format!("{token:?}"), "Token(naru test, hidden)");
    });
}

#[test]
fn many_threads_share_one_session() {
    in_a_process("many_threads_share_one_session", |module| {
        let key = Token::open(module, LABEL, PIN).unwrap().generate("hub").unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let key = &key;
                scope.spawn(move || {
                    for round in 0..25_u8 {
                        let message = [thread, round];
                        let signature = key.sign(&message).unwrap();
                        key.public_jwk().verify(&message, &signature).unwrap();
                    }
                });
            }
        });
    });
}

#[test]
fn a_lost_session_is_opened_again() {
    use cryptoki::context::Pkcs11;

    in_a_process("a_lost_session_is_opened_again", |module| {
        let key = Token::open(module, LABEL, PIN).unwrap().generate("hub").unwrap();
        for _ in 0..3 {
            // Ends every session of this process, as a token that is pulled out does.
            Pkcs11::new(module).unwrap().finalize().unwrap();
            let signature = key.sign(b"text").unwrap();
            key.public_jwk().verify(b"text", &signature).unwrap();
        }
    });
}

#[test]
fn what_is_wrong_is_said() {
    in_a_process("what_is_wrong_is_said", |module| {
        let refused = |error: Pkcs11Error| error.to_string();
        let no_module = Token::open(Path::new("/nowhere/module.so"), LABEL, PIN).unwrap_err();
        assert!(refused(no_module).contains("/nowhere/module.so"));
        let no_token = Token::open(module, "another", PIN).unwrap_err();
        assert_eq!(no_token, Pkcs11Error::Token("another".to_owned(), 0));
        let wrong_pin = Token::open(module, LABEL, "000000").unwrap_err();
        assert_eq!(wrong_pin, Pkcs11Error::Pin("PinIncorrect".to_owned()));
        assert!(Token::open(module, LABEL, PIN).is_ok());
    });
}

#[test]
fn a_key_that_may_leave_the_token_is_refused() {
    use cryptoki::mechanism::Mechanism;
    use cryptoki::object::Attribute;
    use cryptoki::session::UserType;
    use cryptoki::types::AuthPin;

    in_a_process("a_key_that_may_leave_the_token_is_refused", |module| {
        let token = Token::open(module, LABEL, PIN).unwrap();
        let context = cryptoki::context::Pkcs11::new(module).unwrap();
        let slot = context.get_slots_with_initialized_token().unwrap()[0];
        let session = context.open_rw_session(slot).unwrap();
        // The process is logged in already.
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN)));
        let p256 = vec![0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        let p384 = vec![0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
        for (label, curve, extractable) in [("open", p256, true), ("curve", p384, false)] {
            let named = |more: Vec<Attribute>| {
                let label = Attribute::Label(label.as_bytes().to_vec());
                [vec![Attribute::Token(true), label, Attribute::Id(vec![1])], more].concat()
            };
            let public = named(vec![Attribute::Verify(true), Attribute::EcParams(curve)]);
            let private = named(vec![
                Attribute::Sign(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(extractable),
            ]);
            session
                .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
                .unwrap();
            let verdict = token.find_or_generate(label).err();
            assert!(matches!(verdict, Some(Pkcs11Error::Unfit(..))), "{label}: {verdict:?}");
        }
    });
}
