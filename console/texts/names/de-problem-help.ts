/** What was wrong and what to do, by problem, in German: it stands under the problem's title. */
import type { ServerNames } from '../server-names.ts';

export const problemHelp: ServerNames['problemHelp'] = {
  body_too_large: 'Es werden höchstens 65.536 Bytes angenommen: weniger auf einmal senden.',
  body_unreadable: 'Die Übertragung brach ab: noch einmal senden.',
  encoding_unsupported: 'Den Inhalt unkomprimiert senden.',
  not_json: 'Gebraucht wird gültiges JSON.',
  not_utf8: 'Den Text als UTF-8 kodieren.',
  json_too_deep: 'Höchstens 8 Ebenen sind erlaubt: flacher schreiben.',
  json_too_wide: 'Höchstens 64 Schlüssel je Objekt eines Hits sind erlaubt, 1.000 in der API.',
  key_forbidden:
    'Den Schlüssel umbenennen: __proto__, constructor und prototype sind nicht erlaubt.',
  text_invalid: 'Der Text enthält ein Zeichen, das es nicht gibt: es entfernen.',
  hit_invalid: 'Ein Feld fehlt oder hat die falsche Form.',
  hits_too_many: 'Höchstens 50 Treffer je Anfrage: den Rest getrennt senden.',
  dataset_unknown:
    'Er wurde umbenannt, nie angelegt, oder ist nicht für Sie freigegeben. Einen anderen in der Navigation wählen.',
  host_not_allowed:
    'Den Host in den Einstellungen des Datenbestands erlauben, wenn er Ihnen gehört.',
  rate_exceeded: 'Etwas warten und dieselben Treffer noch einmal senden.',
  inbox_full: 'Dieselben Treffer etwas später noch einmal senden.',
  inbox_failed: 'Noch einmal senden. Bleibt es so, den Datenträger des Servers prüfen.',
  disk_low: 'Auf dem Server Platz schaffen; Treffer werden dann von selbst wieder angenommen.',
  shutting_down: 'In einem Moment noch einmal versuchen.',
  route_unknown:
    'Die Adresse prüfen: sie hat einen Tippfehler, oder der Server ist eine andere Version als diese Konsole.',
  method_not_allowed: 'Die Konsole neu laden: der Server ist eine andere Version.',
  local_only:
    'Die Konsole auf dem Rechner öffnen, auf dem Canister läuft, oder durch einen SSH-Tunnel.',
  cross_origin: 'Die Konsole neu laden und noch einmal versuchen.',
  sign_in_needed: 'Die Anmeldung fehlt oder ist abgelaufen: neu anmelden.',
  sign_in_refused:
    'Welches davon, wird nicht gesagt. Noch einmal versuchen oder ein neues Passwort anfordern.',
  second_factor_needed: 'Das Passwort stimmt. Den Code aus der App dazu eingeben.',
  right_missing:
    'Ihre Rolle erlaubt das nicht, oder sie wurde gerade geändert. Einen Administrator fragen.',
  guesses_too_many: 'Eine Minute warten, dann noch einmal versuchen.',
  password_unusable:
    'Es braucht 8 bis 256 Zeichen, darf nicht die Mailadresse sein und keines, das viele benutzen.',
  link_unusable:
    'Er wurde benutzt, ist abgelaufen, oder ein neuerer hat ihn ersetzt. Um einen neuen bitten.',
  user_unknown: 'Er wurde gelöscht: die Liste neu laden.',
  user_exists: 'Den vorhandenen Nutzer ändern.',
  last_administrator: 'Zuerst jemand anderen zum Administrator machen.',
  sign_in_unknown: 'Sie ist schon beendet: die Liste neu laden.',
  key_unknown: 'Er wurde gelöscht: die Liste neu laden.',
  oidc_failed:
    'Der Anbieter der Anmeldung antwortete nicht wie erwartet. Noch einmal versuchen; mehr steht im Log des Servers.',
  request_invalid: 'Eine Angabe hat nicht die erwartete Form.',
  dataset_exists: 'Einen anderen Kurznamen wählen.',
  dataset_in_use: 'Zuerst die Quellen und Abonnements löschen oder ändern, die ihn nennen.',
  date_range_invalid: 'Der erste Tag muss vor dem letzten liegen; höchstens 3.660 Tage.',
  query_invalid: 'Diese Kennzahlen und Dimensionen passen nicht zusammen.',
  condition_invalid:
    'Ein Feld, ein Operator oder ein Wert darin ist nicht bekannt oder steht an der falschen Stelle.',
  event_invalid: 'Ein Teil des Ereignisses passt nicht. Veröffentlicht wurde nichts.',
  condition_not_in_tables:
    'Nur ganze Sitzungen haben es. Daraus ein Ereignis machen und es über die Vergangenheit laufen lassen.',
  definition_unknown: 'Sie wurde umbenannt oder gelöscht: die Liste neu laden.',
  definition_invalid: 'Ein Teil der Definition passt nicht, oder es sind zu viele.',
  definition_needed: 'Zuerst die anderen ändern oder löschen.',
  configuration_invalid:
    'Die Datei ist keine Konfiguration, gehört zu einer anderen Version oder einem anderen Datenbestand, oder ein Teil passt nicht. Nichts wurde übernommen.',
  costs_invalid:
    'Eine Spalte fehlt, oder eine Zelle ist kein Tag oder kein Betrag. Nichts wurde übernommen.',
  alert_unknown: 'Er wurde umbenannt oder gelöscht: die Liste neu laden.',
  alert_not_raised: 'Er ist inzwischen vorbei, oder jemand war schneller: die Liste neu laden.',
  alert_invalid:
    'Seine Teile passen nicht zusammen, er gälte immer oder nie, oder es sind zu viele.',
  channel_unknown: 'Ihn zuerst anlegen, oder die Liste neu laden.',
  channel_invalid: 'Die Adresse ist nicht brauchbar oder nicht öffentlich.',
  channel_in_use: 'Zuerst diese Alarme ändern oder löschen.',
  subscription_unknown: 'Es wurde umbenannt oder gelöscht: die Liste neu laden.',
  subscription_invalid:
    'Der Zeitplan kommt nie, öfter als einmal in der Stunde, oder wird nicht verstanden; oder es sind zu viele Abonnements.',
  subscription_paused: 'Es fortsetzen, oder eine Probe senden.',
  delivery_unknown: 'Zustellungen werden 30 Tage aufbewahrt: die Liste neu laden.',
  delivery_waits: 'Warten: sie wird von selbst noch einmal versucht.',
  source_unknown: 'Sie wurde umbenannt oder gelöscht: die Liste neu laden.',
  source_invalid:
    'Der Zeitplan wird nicht verstanden, ein Hostschlüssel fehlt, ein Ordner darf nicht gelesen werden, oder es sind zu viele.',
  source_running: 'Das Ende des Laufs abwarten.',
  source_failed: 'Der nächste Lauf versucht es von selbst wieder.',
  field_not_indexed: 'Das Feld in den Index nehmen, oder weniger Tage wählen.',
  search_too_wide:
    'Eine Bedingung hinzufügen, einen längeren Text suchen, oder weniger Tage wählen.',
  search_too_slow: 'Weniger Tage wählen oder enger suchen.',
  search_unknown: 'Sie wurde gelöscht: die Liste neu laden.',
  event_unknown: 'Es wurde umbenannt oder gelöscht: die Liste neu laden.',
  event_exists: 'Einen anderen Namen wählen, oder das vorhandene ändern.',
  event_changed: 'Neu laden und die Änderung noch einmal machen.',
  changed_meanwhile:
    'Es ist nicht mehr so, wie es geladen wurde, wurde gelöscht, oder es gibt schon eines dieses Namens. Neu laden und die Änderung noch einmal machen.',
  event_needed: 'Zuerst die anderen ändern oder löschen.',
  event_unpublished: 'Es zuerst veröffentlichen.',
  job_unknown: 'Neu beginnen: Probeläufe werden vergessen, wenn der Server anhält.',
  streams_too_many: 'Eine schließen und es noch einmal versuchen.',
  jobs_too_many: 'Warten, bis einer endet, oder einen abbrechen.',
  session_unknown: 'Sie ist gelöscht, oder sie ist zu Ende und lebt nicht mehr.',
  hit_unknown: 'Er wurde schon noch einmal verarbeitet: die Liste neu laden.',
  report_unknown: 'Er wurde umbenannt oder gelöscht: die Liste der Berichte öffnen.',
  sql_invalid: 'Die Stelle unten verbessern; die Sichten stehen in der Dokumentation.',
  sql_not_select: 'Eine einzelne SELECT-Anweisung schreiben: SQL ändert keine Daten.',
  sql_forbidden:
    'Nur die öffentlichen Sichten benutzen; Dateien und Einstellungen kann SQL nicht lesen.',
  sql_too_large: 'Weniger Tage abfragen oder früher zusammenfassen.',
  sql_busy: 'In einem Moment noch einmal versuchen.',
  parameter_invalid: 'Ein Parameter hat keinen Wert oder keinen seines Typs.',
  query_unknown: 'Sie wurde gelöscht: die Liste neu laden.',
  export_unknown: 'Exporte werden nach einem Tag entfernt: ihn neu machen.',
  token_unknown: 'Es wurde gelöscht: die Liste neu laden.',
  token_invalid:
    'Es fehlt, ist unbekannt, gehört zu einem anderen Datenbestand oder ist abgelaufen.',
  shared_link_unknown: 'Er wurde widerrufen: die Liste neu laden.',
  data_changed: 'Noch einmal fragen.',
  published_unknown: 'Das Verzeichnis der Dateien noch einmal lesen.',
  sql_too_slow: 'Weniger Tage abfragen oder früher zusammenfassen.',
  import_unknown: 'Den Import noch einmal beginnen: keine Zeile zählt zweimal.',
  import_format_unknown: 'Die Datei prüfen, oder das Format angeben.',
  file_missing: 'Den Pfad prüfen.',
  file_unreadable: 'Die Rechte der Datei prüfen, oder eine ganze Kopie holen.',
  data_in_use: 'Den anderen Prozess beenden, oder einen anderen Ordner nehmen.',
  port_in_use: 'Das andere Programm beenden, oder einen anderen Port setzen.',
  data_unusable: 'Rechte, Platz und Datei prüfen, die genannt sind, und neu starten.',
  data_newer: 'Jene Version oder eine neuere starten. Geändert wurde nichts.',
  key_missing:
    'Die Kopie des Hauptschlüssels zurücklegen: master.key ist beschädigt oder ein anderer.',
  hits_lost: 'Dateien aus einer Sicherung zurücklegen. Geändert wurde nichts.',
  tables_damaged: 'Die Tabellen mit canister rebuild neu anlegen und den Datenträger prüfen.',
  dataset_held: 'Seine Treffer werden angenommen und warten; andere Datenbestände laufen weiter.',
  recut_unknown: 'Zuerst andere Sitzungsregeln probieren.',
  recut_stale: 'Den Neuzuschnitt noch einmal machen.',
  upkeep_busy: 'Auf ihr Ende warten, oder sie abbrechen.',
  visitor_unknown:
    'Es gibt keine Sitzung und keinen wartenden Treffer. Nach einer Löschung ist das richtig so.',
  upkeep_unknown:
    'Sie ist lange zu Ende, oder der Server wurde neu gestartet. Noch einmal beginnen.',
  rebuild_loses: 'Die Daten prüfen und das Segment aus einer Sicherung zurücklegen.',
  rules_changed: 'Neu laden, jene ändern, und noch einmal setzen.',
  internal: 'Was bestätigt wurde, ist sicher. Mehr steht im Log des Servers.',
};
