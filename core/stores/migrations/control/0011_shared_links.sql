CREATE TABLE `shared_link` (
	`id` text PRIMARY KEY NOT NULL,
	`dataset` text NOT NULL,
	`name` text NOT NULL,
	`shows` text NOT NULL,
	`token_hash` text NOT NULL,
	`password_hash` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`opened` integer NOT NULL,
	`last_opened_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shared_link_token_hash_unique` ON `shared_link` (`token_hash`);--> statement-breakpoint
CREATE INDEX `shared_link_by_dataset` ON `shared_link` (`dataset`);