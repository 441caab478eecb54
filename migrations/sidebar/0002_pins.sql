ALTER TABLE `rooms` ADD `pin_changed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `rooms_pinned` ON `rooms` (`room_id`) WHERE "rooms"."pinned" = 1;