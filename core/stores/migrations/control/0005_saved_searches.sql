CREATE TABLE `saved_search` (
	`dataset` text NOT NULL,
	`name` text NOT NULL,
	`condition` text NOT NULL,
	`segment` integer NOT NULL,
	`saved_at` integer NOT NULL,
	PRIMARY KEY(`dataset`, `name`)
);
