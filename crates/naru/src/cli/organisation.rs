//! `naru organisation`: who takes part. Agencies, the operator and the supervisor are registered here; fintechs sign
//! up on the pages or here. What a fintech's admission needs is decided on the pages, by two people.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use naru_admission::AdmissionSettings;
use naru_admission::member::MemberError;
use naru_admission::member::by_operator;
use naru_admission::member::service::NewMember;
use naru_admission::organisation::{OrganisationError, SignUp, sign_up};
use naru_auth::member::CodePool;
use naru_core::{Organisation, OrganisationKind, Role, Roles};
use naru_storage::{OrganisationFilter, Storage, StorageError};
use serde_json::{Value, json};

use super::client::fingerprint;
use super::{Context, Done, Failure, operator, table};

/// What can be done about organisations.
#[derive(Subcommand)]
pub(super) enum OrganisationCommand {
    /// Makes an organisation known, with its first administrator
    SignUp(SignUpArgs),
    /// Every organisation, in the order of their codes
    List {
        /// Of one kind: fintech, institution, agency, operator or supervisor
        #[arg(long, value_parser = OrganisationKind::parse)]
        kind: Option<OrganisationKind>,
        /// Behind this code
        #[arg(long, default_value = "")]
        after: String,
    },
    /// One organisation with its gates
    Show {
        /// Its code
        code: String,
    },
    /// Makes another member known, while no administrator of theirs can do it on the page
    AddMember(MemberArgs),
    /// Issues a token with which an organisation's directory calls the hub (SCIM 2.0); it is shown once
    ScimToken {
        /// The organisation's code
        code: String,
        /// Its administrator in whose name the token is; it ends with them
        #[arg(long, value_name = "USER")]
        administrator: String,
        /// What the token is called
        #[arg(long)]
        name: String,
    },
    /// Gives a member a code to enrol with, once; it takes the place of an earlier one
    Invite {
        /// The organisation's code
        code: String,
        /// The name under which the organisation knows them
        user_name: String,
    },
}

/// A new organisation.
#[derive(Args)]
pub(super) struct SignUpArgs {
    /// A short name: lower-case letters, digits and dashes
    code: String,
    /// As people are shown it
    #[arg(long)]
    name: String,
    /// fintech, institution, agency, operator or supervisor
    #[arg(long, value_parser = OrganisationKind::parse)]
    kind: OrganisationKind,
    /// The name under which its first administrator signs in
    #[arg(long, value_name = "USER")]
    administrator: String,
    /// As others are shown the administrator
    #[arg(long, value_name = "NAME")]
    display_name: String,
    /// What else the administrator may do; may be given again
    #[arg(long, value_parser = Role::parse)]
    role: Vec<Role>,
}

/// A further member.
#[derive(Args)]
pub(super) struct MemberArgs {
    /// The organisation's code
    code: String,
    /// The name under which the organisation knows them
    user_name: String,
    /// As others are shown them
    #[arg(long, value_name = "NAME")]
    display_name: String,
    /// What they may do; may be given again
    #[arg(long, value_parser = Role::parse, required = true)]
    role: Vec<Role>,
    /// The client certificate with which they sign in, a PEM file; without one they are invited to add a passkey
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, command: OrganisationCommand) -> Done {
    let storage = context.storage().await?;
    match command {
        OrganisationCommand::SignUp(args) => register(context, &storage, &args).await,
        OrganisationCommand::List { kind, after } => list(context, &storage, kind, after).await,
        OrganisationCommand::Show { code } => {
            let organisation = find(&storage, &code).await?;
            context.print(&to_json(&organisation), |_| to_text(&organisation));
            Ok(())
        }
        OrganisationCommand::AddMember(args) => add_member(context, &storage, &args).await,
        OrganisationCommand::ScimToken {
            code,
            administrator,
            name,
        } => scim_token(context, &storage, (&code, &administrator, &name)).await,
        OrganisationCommand::Invite { code, user_name } => invite(context, &storage, (&code, &user_name)).await,
    }
}

/// An organisation by its code.
pub(super) async fn find(storage: &Storage, code: &str) -> Result<Organisation, Failure> {
    let found = storage.read("organisation_find", async |tx| tx.organisation_find_by_code(code).await);
    let found: Option<Organisation> = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    found.ok_or_else(|| Failure::Usage(format!("no organisation {code}; `naru organisation list` shows them")))
}

async fn register(context: &Context, storage: &Storage, args: &SignUpArgs) -> Done {
    let settings: AdmissionSettings = context.config()?.admission;
    let asked = SignUp {
        code: &args.code,
        name: &args.name,
        kind: args.kind,
        user_name: &args.administrator,
        display_name: &args.display_name,
        roles: &args.role,
    };
    let signed_up = sign_up(storage, &operator(), (&asked, &settings)).await;
    let (organisation, member) = signed_up.map_err(|error| match error {
        OrganisationError::Field { .. } => Failure::Usage(error.to_string()),
        _ => Failure::Failed(error.to_string()),
    })?;
    let mut value = to_json(&organisation);
    value["administrator"] = json!(member.id);
    context.print(&value, |_| {
        let text = to_text(&organisation);
        let (code, user) = (&organisation.code, &member.user_name);
        format!("{text}\n\n`naru organisation invite {code} {user}` gives its administrator a code to enrol with")
    });
    Ok(())
}

async fn list(context: &Context, storage: &Storage, kind: Option<OrganisationKind>, after: String) -> Done {
    let filter = &OrganisationFilter {
        kind,
        after,
        limit: 200,
        ..OrganisationFilter::default()
    };
    let listed = storage.read("organisation_list", async |tx| tx.organisation_list(filter).await);
    let listed: Vec<Organisation> = listed
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let value: Value = listed.iter().map(to_json).collect();
    context.print(&value, |_| {
        if listed.is_empty() {
            return "no organisation; `naru organisation sign-up` makes one known".to_owned();
        }
        let row = |o: &Organisation| {
            let state = if o.kind == OrganisationKind::Fintech {
                o.state.as_str()
            } else {
                ""
            };
            vec![
                o.code.clone(),
                o.kind.to_string(),
                o.name.clone(),
                state.to_owned(),
                o.duty.status.clone(),
            ]
        };
        let rows: Vec<_> = listed.iter().map(row).collect();
        table(&["code", "kind", "name", "admission", "duty"], &rows)
    });
    Ok(())
}

async fn add_member(context: &Context, storage: &Storage, args: &MemberArgs) -> Done {
    let settings: AdmissionSettings = context.config()?.admission;
    let organisation = find(storage, &args.code).await?;
    let certificate = args.certificate.as_deref().map(fingerprint).transpose()?;
    let new = NewMember {
        user_name: args.user_name.clone(),
        display_name: args.display_name.clone(),
        roles: Roles::of(&args.role),
    };
    let whose = (&settings, &organisation);
    let added = by_operator::add(storage, &operator(), whose, &new, certificate).await;
    let member = added.map_err(refused)?.member;
    let value = json!({
        "organisation": organisation.code, "id": member.id, "user_name": member.user_name,
        "roles": member.roles.to_string(), "has_certificate": certificate.is_some(),
    });
    context.print(&value, |_| {
        let (code, user) = (&organisation.code, &member.user_name);
        let line = format!("member     {user} of {code}, {}", member.roles);
        if certificate.is_some() {
            format!("{line}\n\nthey sign in at /staff/sign-in with their certificate")
        } else {
            format!("{line}\n\n`naru organisation invite {code} {user}` gives them a code to enrol with")
        }
    });
    Ok(())
}

async fn scim_token(context: &Context, storage: &Storage, asked: (&str, &str, &str)) -> Done {
    let (code, administrator, name) = asked;
    let settings: AdmissionSettings = context.config()?.admission;
    let organisation = find(storage, code).await?;
    let whose = (&settings, &organisation);
    let issued = by_operator::issue_token(storage, &operator(), whose, (administrator, name)).await;
    let issued = issued.map_err(|error| match error {
        MemberError::Unknown => Failure::Usage(format!("{code} has no active administrator {administrator}")),
        error => refused(error),
    })?;
    let secret = issued.secret.expose();
    let expires_at = issued.row.expires_at.to_string();
    let value = json!({
        "organisation": code, "id": issued.row.id, "name": issued.row.name, "token": secret, "expires_at": expires_at,
    });
    context.print(&value, |_| {
        format!("token  {secret}\n       shown this once; good until {expires_at}, at /scim/v2")
    });
    Ok(())
}

/// What cannot be taken is wrong use; everything else failed.
fn refused(error: MemberError) -> Failure {
    match error {
        MemberError::Storage(_) => Failure::Failed(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    }
}

async fn invite(context: &Context, storage: &Storage, (code, user_name): (&str, &str)) -> Done {
    let organisation = find(storage, code).await?;
    let found = storage.read("member_find", async |tx| {
        tx.member_find_by_name(organisation.id, user_name).await
    });
    let found = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let Some(row) = found else {
        return Err(Failure::Usage(format!("{code} has no member {user_name}")));
    };
    let seconds = context.config()?.admission.invitation_seconds;
    let invited = naru_auth::member::invite(storage, &CodePool::default(), row.member.id, &operator(), seconds).await;
    let secret = invited.map_err(|error| Failure::Failed(error.to_string()))?;
    let value = json!({ "organisation": code, "user_name": user_name, "code": secret.expose(), "seconds": seconds });
    context.print(&value, |_| {
        let hours = seconds / 3_600;
        format!(
            "code   {}\n       shown this once; good once, within {hours} hours, at /staff/enrol",
            secret.expose()
        )
    });
    Ok(())
}

fn to_json(o: &Organisation) -> Value {
    json!({
        "id": o.id, "code": o.code, "kind": o.kind, "name": o.name,
        "state": o.state, "state_since": o.state_since.to_string(), "state_reason": o.state_reason,
        "gates": o.gates, "duty": o.duty, "insured_won": o.insured_won, "withdraw_day_won": o.withdraw_day_won,
    })
}

fn to_text(o: &Organisation) -> String {
    let mut lines = vec![
        format!("code       {}", o.code),
        format!("name       {}", o.name),
        format!("kind       {}", o.kind),
        format!("id         {}", o.id),
    ];
    if o.kind == OrganisationKind::Fintech {
        lines.push(format!(
            "admission  {} since {} {}",
            o.state, o.state_since, o.state_reason
        ));
        lines.push(format!("duty       {}", o.duty.status));
        for gate in &o.gates {
            let word = if gate.open { "open" } else { "closed" };
            let until = gate.until.map_or_else(String::new, |until| format!(" until {until}"));
            lines.push(format!(
                "gate       {} {word}{until} ({}) {}",
                gate.gate, gate.rule, gate.evidence
            ));
        }
    }
    lines.join("\n")
}
