DELETE d
FROM dbo.QuoteScore d
    INNER JOIN stage.QuoteScore s ON s.quote_no = d.quote_no;
INSERT INTO dbo.QuoteScore (quote_no, score) SELECT quote_no, score FROM stage.QuoteScore;
EXEC dbo.RankQuotes;
