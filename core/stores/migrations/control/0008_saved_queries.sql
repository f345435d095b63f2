CREATE TABLE `read_token` (
	`dataset` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer,
	PRIMARY KEY(`dataset`, `name`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `read_token_hash_unique` ON `read_token` (`hash`);--> statement-breakpoint
CREATE TABLE `saved_query` (
	`dataset` text NOT NULL,
	`name` text NOT NULL,
	`definition` text NOT NULL,
	`saved_at` integer NOT NULL,
	PRIMARY KEY(`dataset`, `name`)
);
