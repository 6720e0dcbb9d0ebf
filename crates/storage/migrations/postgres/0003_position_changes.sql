-- What is to be folded into positions: a row beside every posting, removed when it is folded, so that postings
-- themselves are never written again. From here on `postings.folded` is 1 from the start.

CREATE TABLE position_changes (
    account TEXT NOT NULL,
    amount_won BIGINT NOT NULL
);
