CREATE TABLE `search_rebuild` (
	`below` integer PRIMARY KEY NOT NULL
) STRICT;
--> statement-breakpoint
-- Every message that is here is still to be put into the index that follows.
INSERT INTO `search_rebuild` (`below`) SELECT max(`id`) + 1 FROM `messages` HAVING count(*) > 0;
--> statement-breakpoint
ALTER TABLE `messages` ADD `mentions` text;
--> statement-breakpoint
-- What is put into it is folded already (src/protocol/fold.ts), so it folds nothing itself. Contentless and detail=none as
-- `search` was, which is emptied when this one is complete and which older versions may still write to.
CREATE VIRTUAL TABLE search_folded USING fts5(content, content='', tokenize='trigram case_sensitive 1', detail='none', columnsize=0);
--> statement-breakpoint
CREATE VIRTUAL TABLE search_folded_terms USING fts5vocab(search_folded, 'row');
