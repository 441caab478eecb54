CREATE TABLE `notifications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`type` text NOT NULL,
	`subject` text,
	`sender` text,
	`sender_id` integer,
	`message` text NOT NULL,
	`content` text,
	"as_of" integer NOT NULL,
	`chat_name` text,
	`room_id` integer,
	`message_id` integer,
	`count` integer NOT NULL,
	`at` integer NOT NULL,
	`is_read` integer NOT NULL
, "counts_after" integer DEFAULT 0 NOT NULL, `invitation` text, "subject_version" integer DEFAULT 0 NOT NULL) STRICT;
--> statement-breakpoint
CREATE INDEX `notifications_newest` ON `notifications` (`at`,`id`);
--> statement-breakpoint
CREATE INDEX `notifications_unread` ON `notifications` (`at`,`id`) WHERE "notifications"."is_read" = 0;
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_subject` ON `notifications` (`subject`) WHERE "notifications"."subject" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `notifications_room` ON `notifications` (`room_id`,`is_read`);
--> statement-breakpoint
CREATE TABLE "dismissed" (
	`room_id` integer PRIMARY KEY NOT NULL,
	"dismissed_to" integer DEFAULT 0 NOT NULL, "quotes_as_of" integer DEFAULT 0 NOT NULL) STRICT;
--> statement-breakpoint
CREATE TABLE "spent_subjects" (
	`subject` text PRIMARY KEY NOT NULL,
	"spent_at" integer NOT NULL,
	"up_to_version" integer
) STRICT, WITHOUT ROWID;
