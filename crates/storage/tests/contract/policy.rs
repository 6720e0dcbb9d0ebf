//! Policies, subsidies with their budgets, notices.
