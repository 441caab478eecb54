-- Contentless: the text stays in `messages`. Trigrams find any substring of three characters or more in any script;
-- detail=none keeps the index small, so hits are verified against the text.
CREATE VIRTUAL TABLE search USING fts5(content, content='', tokenize='trigram', detail='none', columnsize=0);
--> statement-breakpoint
-- The trigrams there are: shorter words are found as the beginnings of trigrams.
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search, 'row');
