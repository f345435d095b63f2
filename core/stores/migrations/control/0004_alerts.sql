CREATE TABLE `alert_channel` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `alert_history` (
	`id` text PRIMARY KEY NOT NULL,
	`dataset` text NOT NULL,
	`rule` text NOT NULL,
	`change` text NOT NULL,
	`at` integer NOT NULL,
	`entry` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alert_history_by_rule` ON `alert_history` (`dataset`,`rule`,`at`);--> statement-breakpoint
CREATE TABLE `alert_rule` (
	`dataset` text NOT NULL,
	`name` text NOT NULL,
	`definition` text NOT NULL,
	PRIMARY KEY(`dataset`, `name`)
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`title` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`claimed_until` integer NOT NULL,
	`sent_at` integer,
	`last_error` text
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`state`,`due_at`);