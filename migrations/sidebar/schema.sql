CREATE TABLE "ended_sessions" (
	`session_id` integer PRIMARY KEY NOT NULL,
	`ended_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE "owner" (
	`user_id` integer PRIMARY KEY NOT NULL,
	`online` integer NOT NULL,
	`last_seen` integer NOT NULL,
	`shown_at` integer NOT NULL,
	"targets_checked_at" integer DEFAULT 0 NOT NULL,
	`erased_at` integer
, `person` text) STRICT;
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
CREATE TABLE "open_targets" (
	"target" integer NOT NULL,
	`session_id` integer NOT NULL,
	PRIMARY KEY("target", `session_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rooms` (
	`room_id` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`gone` integer NOT NULL,
	`is_group` integer NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`picture` text,
	`peer` integer,
	`members` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_activity` integer NOT NULL,
	`last_message` text,
	`unread` integer NOT NULL,
	`rewritten` integer NOT NULL,
	`notify` text NOT NULL,
	`pinned` integer NOT NULL,
	`nickname` text,
	`stale` integer NOT NULL,
	`added_at` integer NOT NULL,
	`changed_at` integer NOT NULL
, `joined_seq` integer DEFAULT 0 NOT NULL, `last_unread` text, `seen_to` integer DEFAULT 0 NOT NULL, `pin_changed_at` integer DEFAULT 0 NOT NULL, `revision` integer DEFAULT 0 NOT NULL) STRICT;
--> statement-breakpoint
CREATE INDEX `rooms_activity` ON `rooms` (`last_activity`,`room_id`);
--> statement-breakpoint
CREATE INDEX `rooms_pinned` ON `rooms` (`room_id`) WHERE "rooms"."pinned" = 1;
--> statement-breakpoint
CREATE TABLE `used_generations` (
	`session_id` integer PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`used_at` integer NOT NULL
) STRICT;
