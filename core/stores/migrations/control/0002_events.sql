CREATE TABLE `backfill` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset` text NOT NULL,
	`kind` text NOT NULL,
	`event` text NOT NULL,
	`version` integer NOT NULL,
	`from_day` text,
	`to_day` text,
	`state` text NOT NULL,
	`cursor_day` text,
	`cursor_offset` integer,
	`counts` text NOT NULL,
	`reason` text,
	`requested_at` integer NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `backfill_dataset` ON `backfill` (`dataset`,`number`);--> statement-breakpoint
CREATE TABLE `event_change` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset` text NOT NULL,
	`at` integer NOT NULL,
	`author` text NOT NULL,
	`action` text NOT NULL,
	`kind` text NOT NULL,
	`key` text,
	`name` text,
	`version` integer,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `event_change_dataset` ON `event_change` (`dataset`,`number`);--> statement-breakpoint
CREATE TABLE `event_draft` (
	`dataset` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`position` integer NOT NULL,
	`revision` integer NOT NULL,
	`definition` text NOT NULL,
	`changed_at` integer NOT NULL,
	`author` text NOT NULL,
	PRIMARY KEY(`dataset`, `kind`, `key`)
);
--> statement-breakpoint
CREATE TABLE `event_set` (
	`dataset` text NOT NULL,
	`version` integer NOT NULL,
	`published_at` integer NOT NULL,
	`author` text NOT NULL,
	`set` text NOT NULL,
	PRIMARY KEY(`dataset`, `version`)
);
