//! Why a link is broken or unknown: a closed list, each with a fixed word (stored, sent to the code table of a wire
//! profile) and a sentence for people in both languages.

use crate::{Language, words};

/// Why a link is not fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No access token came with the call.
    TokenMissing,
    /// The access token is not one of the hub's.
    TokenUnknown,
    /// The access token's time has run out.
    TokenExpired,
    /// The token is bound to a certificate and none was presented.
    CertificateMissing,
    /// The certificate presented is not the one the token is bound to.
    CertificateMismatch,
    /// The token is bound to a key and came without a proof of it.
    ProofMissing,
    /// The proof of the key does not hold.
    ProofRefused,
    /// The proof is of another key than the token is bound to.
    KeyMismatch,
    /// The client is registered but not admitted.
    ClientNotAdmitted,
    /// The client is suspended.
    ClientSuspended,
    /// The client was closed.
    ClientClosed,
    /// No admitted organisation stands behind the client.
    OrganisationUnknown,
    /// The organisation has signed up but was not let in.
    AdmissionPending,
    /// The organisation was cut off until it meets its duty.
    AdmissionRestricted,
    /// The organisation has left, or was refused.
    AdmissionEnded,
    /// The suitability of the organisation is not approved.
    SuitabilityClosed,
    /// The functional test is not passed.
    FunctionTestClosed,
    /// The organisation inspection is neither done nor deferred.
    OrganisationInspectionClosed,
    /// A service of the organisation is not inspected.
    ServiceInspectionClosed,
    /// The guarantee insurance is not in force, or too small for the limits.
    GuaranteeInsuranceClosed,
    /// Nothing judges this link yet in this deployment.
    NoSource,
    /// Somebody ended the grant.
    GrantRevoked,
    /// The grant's time has run out.
    GrantExpired,
    /// The grant does not cover the scope.
    ScopeMissing,
    /// The call names another person than the token.
    PersonMismatch,
    /// The account is not registered at this fintech.
    AccountUnknown,
    /// The person never agreed to inquiry for this account.
    InquiryMissing,
    /// Consent to inquiry has run out or was ended.
    InquiryEnded,
    /// The person never agreed to withdrawal for this account.
    TransferMissing,
    /// Consent to withdrawal has run out or was ended.
    TransferEnded,
    /// A client of the test bed asked for an institution that is not simulated.
    OutsideTestBed,
    /// The request's id was used before.
    Replayed,
    /// The service is closed at this hour.
    OutsideHours,
    /// Over the fintech's limit per withdrawal.
    ClientWithdrawTransfer,
    /// Over the fintech's withdrawal limit of the day.
    ClientWithdrawDay,
    /// Over the fintech's withdrawal limit of the month.
    ClientWithdrawMonth,
    /// Over the fintech's limit per deposit.
    ClientDepositTransfer,
    /// Over the fintech's deposit limit of the day.
    ClientDepositDay,
    /// Over the fintech's deposit limit of the month.
    ClientDepositMonth,
    /// Over the person's limit per transfer.
    PersonTransfer,
    /// Over the person's limit of the day.
    PersonDay,
    /// A remittance to a person within the first three days.
    FirstDays,
    /// The institution's position is at its cap.
    NetDebitCap,
}
words!(Why, "reason", {
    TokenMissing = "token_missing",
    TokenUnknown = "token_unknown",
    TokenExpired = "token_expired",
    CertificateMissing = "certificate_missing",
    CertificateMismatch = "certificate_mismatch",
    ProofMissing = "proof_missing",
    ProofRefused = "proof_refused",
    KeyMismatch = "key_mismatch",
    ClientNotAdmitted = "client_not_admitted",
    ClientSuspended = "client_suspended",
    ClientClosed = "client_closed",
    OrganisationUnknown = "organisation_unknown",
    AdmissionPending = "admission_pending",
    AdmissionRestricted = "admission_restricted",
    AdmissionEnded = "admission_ended",
    SuitabilityClosed = "suitability_closed",
    FunctionTestClosed = "function_test_closed",
    OrganisationInspectionClosed = "organisation_inspection_closed",
    ServiceInspectionClosed = "service_inspection_closed",
    GuaranteeInsuranceClosed = "guarantee_insurance_closed",
    NoSource = "no_source",
    GrantRevoked = "grant_revoked",
    GrantExpired = "grant_expired",
    ScopeMissing = "scope_missing",
    PersonMismatch = "person_mismatch",
    AccountUnknown = "account_unknown",
    InquiryMissing = "inquiry_missing",
    InquiryEnded = "inquiry_ended",
    TransferMissing = "transfer_missing",
    TransferEnded = "transfer_ended",
    OutsideTestBed = "outside_test_bed",
    Replayed = "replayed",
    OutsideHours = "outside_hours",
    ClientWithdrawTransfer = "client_withdraw_transfer",
    ClientWithdrawDay = "client_withdraw_day",
    ClientWithdrawMonth = "client_withdraw_month",
    ClientDepositTransfer = "client_deposit_transfer",
    ClientDepositDay = "client_deposit_day",
    ClientDepositMonth = "client_deposit_month",
    PersonTransfer = "person_transfer",
    PersonDay = "person_day",
    FirstDays = "first_days",
    NetDebitCap = "net_debit_cap",
});

/// One row per reason, Korean and English; a reason without a row does not compile.
macro_rules! sentences {
    ($($why:ident: $ko:literal, $en:literal;)+) => {
        const fn sentences(self) -> (&'static str, &'static str) {
            match self {
                $(Self::$why => ($ko, $en),)+
            }
        }
    };
}

impl Why {
    /// One sentence for a reader, saying what happened.
    pub fn sentence(self, language: Language) -> &'static str {
        let (ko, en) = self.sentences();
        language.pick(ko, en)
    }

    sentences! {
        TokenMissing: "접근토큰이 없습니다", "the call carried no access token";
        TokenUnknown: "허브가 발급한 접근토큰이 아닙니다", "the access token was not issued by this hub";
        TokenExpired: "접근토큰의 유효기간이 지났습니다", "the access token has expired";
        CertificateMissing: "클라이언트 인증서가 없습니다", "no client certificate was presented";
        CertificateMismatch: "토큰이 묶인 인증서가 아닙니다", "the certificate is not the one the token is bound to";
        ProofMissing: "토큰이 묶인 키의 증명이 없습니다", "the token came without a proof of its key";
        ProofRefused: "키의 증명이 올바르지 않습니다", "the proof of the key does not hold";
        KeyMismatch: "토큰이 묶인 키가 아닙니다", "the proof is of another key than the token is bound to";
        ClientNotAdmitted: "아직 승인되지 않은 이용기관입니다", "the fintech is not admitted yet";
        ClientSuspended: "이용이 정지된 이용기관입니다", "the fintech is suspended";
        ClientClosed: "이용이 끝난 이용기관입니다", "the fintech has left";
        OrganisationUnknown: "참가가 승인된 기관에 속하지 않은 앱입니다", "no admitted organisation stands behind this client";
        AdmissionPending: "참가 절차가 끝나지 않은 이용기관입니다", "the fintech's admission is not complete";
        AdmissionRestricted: "서비스 이용이 제한된 이용기관입니다", "the fintech was cut off until it meets its duty";
        AdmissionEnded: "참가가 끝났거나 거절된 이용기관입니다", "the fintech has left or was refused";
        SuitabilityClosed: "적합성 승인이 없습니다", "the fintech's suitability is not approved";
        FunctionTestClosed: "기능 테스트를 통과하지 않았습니다", "the functional test is not passed";
        OrganisationInspectionClosed: "이용기관 보안점검이 끝나지 않았습니다",
            "the organisation inspection is neither done nor deferred";
        ServiceInspectionClosed: "핀테크서비스 취약점 점검이 끝나지 않았습니다", "the service vulnerability inspection is not done";
        GuaranteeInsuranceClosed: "이행보증보험이 없거나 한도에 모자랍니다", "the guarantee insurance is not in force or too small";
        NoSource: "이 고리를 확인할 출처가 아직 없습니다", "nothing judges this link yet";
        GrantRevoked: "동의가 철회되었습니다", "the grant was withdrawn";
        GrantExpired: "동의의 유효기간이 지났습니다", "the grant has expired";
        ScopeMissing: "동의받지 않은 권한입니다", "the grant does not cover this scope";
        PersonMismatch: "토큰의 이용자와 다른 이용자입니다", "the call names another person than the token";
        AccountUnknown: "이 이용기관에 등록된 계좌가 아닙니다", "the account is not registered at this fintech";
        InquiryMissing: "조회 동의가 없는 계좌입니다", "the person never agreed to inquiry for this account";
        InquiryEnded: "조회 동의가 끝났습니다", "consent to inquiry has ended";
        TransferMissing: "출금 동의가 없는 계좌입니다", "the person never agreed to withdrawal";
        TransferEnded: "출금 동의가 끝났습니다", "consent to withdrawal has ended";
        OutsideTestBed: "시험환경에서는 모의기관만 쓸 수 있습니다", "the test bed reaches simulated institutions only";
        Replayed: "이미 사용한 거래고유번호입니다", "the request's id was used before";
        OutsideHours: "서비스 시간이 아닙니다", "the service is closed at this hour";
        ClientWithdrawTransfer: "이용기관의 1회 출금한도를 넘습니다", "over the fintech's limit per withdrawal";
        ClientWithdrawDay: "이용기관의 1일 출금한도를 넘습니다", "over the fintech's daily withdrawal limit";
        ClientWithdrawMonth: "이용기관의 월 출금한도를 넘습니다", "over the fintech's monthly withdrawal limit";
        ClientDepositTransfer: "이용기관의 1회 입금한도를 넘습니다", "over the fintech's limit per deposit";
        ClientDepositDay: "이용기관의 1일 입금한도를 넘습니다", "over the fintech's daily deposit limit";
        ClientDepositMonth: "이용기관의 월 입금한도를 넘습니다", "over the fintech's monthly deposit limit";
        PersonTransfer: "이용자의 1회 한도를 넘습니다", "over the person's limit per transfer";
        PersonDay: "이용자의 1일 한도를 넘습니다", "over the person's daily limit";
        FirstDays: "가입 후 사흘 동안은 개인에게 송금할 수 없습니다", "no remittance to persons within the first three days";
        NetDebitCap: "기관의 순이체한도를 넘습니다", "the institution's net debit cap is reached";
    }
}
