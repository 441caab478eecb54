CREATE TABLE `attached` (
	`key` text PRIMARY KEY NOT NULL,
	`message_id` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bans` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`banned_by` integer NOT NULL,
	`banned_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `blocks` (
	`blocker` integer NOT NULL,
	`blocked` integer NOT NULL, `seq` integer DEFAULT 0 NOT NULL, `frozen` text,
	PRIMARY KEY(`blocker`, `blocked`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `links` (
	`code` text PRIMARY KEY NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`uses` integer NOT NULL,
	`max_uses` integer,
	`revoked_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `members` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`username` text NOT NULL,
	`full_name` text NOT NULL,
	`picture` text,
	`joined_at` integer NOT NULL,
	`joined_seq` integer NOT NULL,
	`left_at` integer,
	`changed_seq` integer NOT NULL,
	`read_to` integer NOT NULL,
	`read_at` integer NOT NULL,
	`read_seq` integer NOT NULL,
	`delivered_to` integer NOT NULL,
	`delivered_seq` integer NOT NULL,
	"subscription" text NOT NULL
, `left_freely` integer DEFAULT 0 NOT NULL, `person_version` integer DEFAULT 0 NOT NULL, `renamed_seq` integer DEFAULT 0 NOT NULL, `read_steps` text DEFAULT '[]' NOT NULL, `is_bot` integer DEFAULT 0 NOT NULL) STRICT;
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` integer PRIMARY KEY NOT NULL,
	`sender_id` integer NOT NULL,
	`client_id` text,
	`content` text,
	`image` text,
	`image_alt` text,
	`file` text,
	`reply_to` integer,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	`deleted_at` integer,
	`changed_seq` integer
, `mentions` text) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_client` ON `messages` (`sender_id`,`client_id`) WHERE "messages"."client_id" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `messages_changed` ON `messages` (`changed_seq`) WHERE "messages"."changed_seq" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `messages_rewritten` ON `messages` (`changed_seq`) WHERE "messages"."edited_at" IS NOT NULL OR "messages"."deleted_at" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `messages_image` ON `messages` (`id`) WHERE "messages"."image" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `messages_file` ON `messages` (`id`) WHERE "messages"."file" IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `outbox` (
	`key` text PRIMARY KEY NOT NULL,
	`payload` text NOT NULL,
	`attempts` integer NOT NULL,
	`due` integer NOT NULL,
	`revision` integer NOT NULL,
	`cause` text
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `reactions` (
	`message_id` integer NOT NULL,
	`emoji` text NOT NULL,
	`user_id` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`message_id`, `emoji`, `user_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `room` (
	`id` integer PRIMARY KEY NOT NULL,
	`is_group` integer NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`picture` text,
	`created_at` integer NOT NULL,
	`changed_seq` integer NOT NULL,
	`deleted_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `versions` (
	`message_id` integer NOT NULL,
	`replaced_at` integer NOT NULL,
	`written_at` integer NOT NULL,
	`content` text,
	PRIMARY KEY(`message_id`, `replaced_at`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE VIRTUAL TABLE search USING fts5(content, content='', tokenize='trigram', detail='none', columnsize=0);
--> statement-breakpoint
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search, 'row');
--> statement-breakpoint
CREATE TABLE `search_rebuild` (
	`below` integer PRIMARY KEY NOT NULL
) STRICT;
--> statement-breakpoint
CREATE VIRTUAL TABLE search_folded USING fts5(content, content='', tokenize='trigram case_sensitive 1', detail='none', columnsize=0);
--> statement-breakpoint
CREATE VIRTUAL TABLE search_folded_terms USING fts5vocab(search_folded, 'row');
--> statement-breakpoint
CREATE TABLE `invitations` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`invited_by` integer NOT NULL,
	`invited_at` integer NOT NULL,
	`declined_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `storage` (
	`id` integer PRIMARY KEY NOT NULL,
	"announced_level" text NOT NULL,
	"projected_bytes" integer NOT NULL,
	"attachment_bytes" integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `read_steps` (
	`user_id` integer NOT NULL,
	`read_to` integer NOT NULL,
	`steps` text NOT NULL,
	PRIMARY KEY(`user_id`, `read_to`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `system_lines` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`by_id` integer,
	`value` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`subject` integer,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `hooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`bot_id` integer NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `hooks_hash_unique` ON `hooks` (`hash`);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`since` integer NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO `storage` (`id`, `announced_level`, `projected_bytes`, `attachment_bytes`) VALUES (0, 'ok', 0, 0);
