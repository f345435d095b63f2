CREATE TABLE `dataset_directory` (
	`write_key` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`hosts` text NOT NULL,
	`address_secret` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `hit_count` (
	`dataset` text NOT NULL,
	`hour` integer NOT NULL,
	`outcome` text NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`dataset`, `hour`, `outcome`, `reason`)
);
--> statement-breakpoint
CREATE TABLE `hit_inbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset` text,
	`hit_id` blob,
	`received_at` integer NOT NULL,
	`body` blob
);
--> statement-breakpoint
CREATE TABLE `recent_hit` (
	`dataset` text NOT NULL,
	`hit_id` blob NOT NULL,
	`batch` blob NOT NULL,
	`ordinal` integer NOT NULL,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`dataset`, `hit_id`)
);
--> statement-breakpoint
CREATE INDEX `recent_hit_received_at` ON `recent_hit` (`received_at`);--> statement-breakpoint
CREATE TABLE `set_aside` (
	`seq` integer PRIMARY KEY NOT NULL,
	`dataset` text NOT NULL,
	`received_at` integer NOT NULL,
	`reason` text NOT NULL,
	`body` blob NOT NULL
);
