CREATE TABLE `name_suffixes` (
	`suffix` text NOT NULL,
	`user_id` integer NOT NULL,
	PRIMARY KEY(`suffix`, `user_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_by_actor` ON `audit` (`actor_id`);--> statement-breakpoint
CREATE INDEX `audit_by_user` ON `audit` (`user_id`);--> statement-breakpoint
CREATE INDEX `friend_requests_sent` ON `friend_requests` (`from_user`,`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `friend_requests_received` ON `friend_requests` (`to_user`,`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `rooms_newest` ON `rooms` (`created_at`) WHERE "rooms"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `users_listed` ON `users` (`username_key`) WHERE "users"."erased_at" IS NULL AND "users"."disabled_at" IS NULL;--> statement-breakpoint
CREATE INDEX `users_listed_by_id` ON `users` (`id`) WHERE "users"."erased_at" IS NULL AND "users"."disabled_at" IS NULL;--> statement-breakpoint
CREATE INDEX `users_staff` ON `users` (`username_key`) WHERE "users"."is_staff" = 1;--> statement-breakpoint
CREATE INDEX `users_disabled` ON `users` (`username_key`) WHERE "users"."disabled_at" IS NOT NULL;
--> statement-breakpoint
-- Of names that are up to date; the others follow when they are.
INSERT OR IGNORE INTO name_suffixes (suffix, user_id)
  SELECT substr(users.search_key, start.value, 64), users.id FROM users
  JOIN json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119,120,121,122,123,124,125,126,127,128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146,147,148,149,150,151,152,153,154,155,156,157,158,159,160]') start ON start.value <= length(users.search_key)
  WHERE users.erased_at IS NULL AND substr(users.search_key, start.value, 1) <> ' ';
