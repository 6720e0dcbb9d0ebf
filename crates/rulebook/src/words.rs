//! The words that several parts of the rule book share.

/// Which of the two inspections; each has its own rules, machine and record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Inspection {
    /// 이용기관 보안점검: the organisation, by document and on site.
    Org,
    /// 핀테크서비스 취약점 점검: a service, tested live on each platform.
    App,
}

naru_core::words!(Inspection, "inspection", { Org = "ORG", App = "APP" });

/// Where a service runs; the app inspection is applied for once per platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// In a browser.
    Web,
    /// An Android app.
    Android,
    /// An iOS app.
    Ios,
}

naru_core::words!(Platform, "platform", { Web = "web", Android = "android", Ios = "ios" });

/// Who takes a step of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// The user organisation (이용기관).
    Org,
    /// The inspecting agency (점검기관).
    Agency,
    /// The operator (운영기관).
    Operator,
    /// Nobody: a day has come, or a fact has changed.
    Clock,
}

naru_core::words!(Party, "party", {
    Org = "ORG", Agency = "AGENCY", Operator = "OPERATOR", Clock = "CLOCK",
});

/// Whether a source says it or we concluded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// A source says so.
    Stated,
    /// The sources are silent; it is our reading.
    Inferred,
}

naru_core::words!(Certainty, "certainty", { Stated = "stated", Inferred = "inferred" });
