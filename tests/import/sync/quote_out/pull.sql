select quote_no, score from rlarp.quote_score
