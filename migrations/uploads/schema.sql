CREATE TABLE "object_references" (
	`key` text NOT NULL,
	`holder` text NOT NULL,
	`released` integer NOT NULL,
	PRIMARY KEY(`key`, `holder`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE "removals" (
	`key` text PRIMARY KEY NOT NULL,
	`due` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `objects` (
	`key` text PRIMARY KEY NOT NULL,
	`bytes` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `storage` (
	`id` integer PRIMARY KEY NOT NULL,
	"announced_level" text NOT NULL,
	"projected_bytes" integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE "reservations" (
	`key` text NOT NULL,
	"room" text NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`key`, "room")
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `storage` (`id`, `announced_level`, `projected_bytes`) VALUES (0, 'ok', 0);
