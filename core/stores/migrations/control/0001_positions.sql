CREATE TABLE `dataset_position` (
	`dataset` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`low` integer NOT NULL,
	`hits` integer NOT NULL
);
