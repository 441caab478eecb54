-- The fold (src/protocol/fold.ts) makes something else now of typographic apostrophes, quotation marks and hyphens, and of
-- halfwidth katakana with voicing marks and halfwidth Hangul. Names that have any are folded anew by `refoldSome`.
UPDATE `users` SET `search_key` = NULL WHERE `erased_at` IS NULL AND ((`first_name` || ' ' || `last_name`) GLOB '*[‘’ʼ“”„]*'
    OR (`first_name` || ' ' || `last_name`) GLOB '*[‐–—−]*'
    OR (`first_name` || ' ' || `last_name`) GLOB '*[ﾞ-ￜ]*');
--> statement-breakpoint
UPDATE `rooms` SET `search_key` = NULL WHERE `name` GLOB '*[‘’ʼ“”„]*'
    OR `name` GLOB '*[‐–—−]*'
    OR `name` GLOB '*[ﾞ-ￜ]*';
