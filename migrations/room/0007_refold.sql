-- The fold (src/protocol/fold.ts) makes something else now of typographic apostrophes, quotation marks and hyphens, and of
-- halfwidth katakana with voicing marks and halfwidth Hangul. Where a message has any, the index is built anew in steps.
INSERT INTO `search_folded` (`search_folded`) SELECT 'delete-all' WHERE EXISTS (
  SELECT 1 FROM `messages` WHERE `content` GLOB '*[‘’ʼ“”„]*'
    OR `content` GLOB '*[‐–—−]*'
    OR `content` GLOB '*[ﾞ-ￜ]*'
);
--> statement-breakpoint
INSERT OR REPLACE INTO `search_rebuild` (`below`) SELECT max(`id`) + 1 FROM `messages` WHERE EXISTS (
  SELECT 1 FROM `messages` WHERE `content` GLOB '*[‘’ʼ“”„]*'
    OR `content` GLOB '*[‐–—−]*'
    OR `content` GLOB '*[ﾞ-ￜ]*'
) HAVING count(*) > 0;
--> statement-breakpoint
-- Of two of them the older one stood for what had been done of the index that is gone.
DELETE FROM `search_rebuild` WHERE `below` < (SELECT max(`below`) FROM `search_rebuild`);
