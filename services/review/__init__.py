"""Review: drafts, the legal reviewers' decisions, released variants, kept answers, incidents."""
