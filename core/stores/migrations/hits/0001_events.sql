CREATE TABLE `event_version` (
	`dataset` text NOT NULL,
	`from_seq` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`dataset`, `from_seq`)
);
