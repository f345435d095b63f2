CREATE TABLE `campaign_cost` (
	`dataset` text NOT NULL,
	`campaign` text NOT NULL,
	`day` text NOT NULL,
	`cost` real NOT NULL,
	`clicks` integer,
	`impressions` integer,
	`currency` text NOT NULL,
	PRIMARY KEY(`dataset`, `campaign`, `day`)
);
--> statement-breakpoint
CREATE TABLE `report_definition` (
	`dataset` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`position` integer NOT NULL,
	`definition` text NOT NULL,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`dataset`, `kind`, `key`)
);
