/** The server's reports, their groups and panels, in German. */
import type { ServerNames } from '../server-names.ts';

export const reportNames: Pick<ServerNames, 'report' | 'group' | 'panel'> = {
  report: {
    overview: ['Überblick', 'Der Verkehr eines Datenbestands auf einen Blick.'],
    times: [
      'Tageszeit und Wochentag',
      'Stunden und Wochentage, in der Zeitzone des Datenbestands.',
    ],
    requests: [
      'Anfragen',
      'Alles, wonach Server gefragt wurden, Dateien eingeschlossen, und wie viel sie sendeten: aus Logs, und wo der Netzrand es erfasst.',
    ],
    pages: ['Seiten', 'Jede Seite mit Aufrufen, Einstiegen, Ausstiegen, Absprüngen und Lesezeit.'],
    'page-groups': [
      'Seitengruppen',
      'Seiten zusammengenommen, nach den Seitengruppen des Datenbestands.',
    ],
    paths: ['Wege', 'Woher Leute auf eine Seite kamen und wohin sie von dort gingen.'],
    navigation: ['Navigation', 'Welche ihrer Links von einer Seite aus genommen werden.'],
    content: ['Inhalte', 'Titel nach Aufrufen, Einstiegen und Lesezeit.'],
    downloads: [
      'Downloads',
      'Dateien, die geholt wurden, nach der Endung ihres Pfads, und angeklickte Links auf Dateien.',
    ],
    'outbound-links': [
      'Ausgehende Links',
      'Links zu anderen Websites, die genommen wurden: das Ereignis „Outbound link“.',
    ],
    'site-search': [
      'Suche auf der Website',
      'Suchen auf der Website, erkannt an q, query, s, search oder keyword in der Adresse.',
    ],
    channels: ['Kanäle', 'Durch welche Art von Quelle Sitzungen kamen.'],
    referrers: ['Referrer', 'Die Hosts und Seiten, die zu Sitzungen führten.'],
    campaigns: ['Kampagnen', 'Kosten, Abschlüsse, Umsatz und Ertrag von Kampagnen.'],
    'search-terms': ['Suchbegriffe', 'Die Wörter und Suchmaschinen, die hierher führten.'],
    'poor-campaigns': [
      'Schwache Kampagnen',
      'Kampagnen, die wenig bringen, und Zeichen wertloser Klicks.',
    ],
    'new-and-returning': [
      'Neue und Wiederkehrende',
      'Neue Besucher neben denen, die schon hier waren.',
    ],
    engagement: ['Bindung', 'Häufigkeit, Abstand, Tiefe und Dauer von Sitzungen.'],
    retention: [
      'Wiederkehr',
      'Besucher nach der Zeit ihrer ersten Sitzung, und wie viele von ihnen wiederkamen.',
    ],
    technology: ['Technik', 'Womit Leute die Website ansehen.'],
    geography: ['Geografie und Netze', 'Länder und Netze.'],
    languages: ['Sprachen', 'Die Sprachen, nach denen Clients fragen.'],
    goals: ['Ziele', 'Abschlüsse, ihre Rate und ihr Umsatz.'],
    funnel: ['Trichter', 'Die Stufen eines Trichters: was sie erreichte und was weiterging.'],
    scorecard: [
      'Prozesszeugnis',
      'Ein Trichter als benoteter Prozess: Abbruch an jeder Stufe und insgesamt.',
    ],
    events: [
      'Ereignisse',
      'Eigene Ereignisse nach Name, Eigenschaft, Seite, Quelle und Gerät, und was Ereignisse nach ihrer Definition festgehalten haben.',
    ],
    errors: [
      'Fehler und fehlende Seiten',
      'Scheiternde Anfragen, fehlende Seiten und die Seiten, die auf sie verweisen.',
    ],
    'web-vitals': [
      'Web Vitals',
      'Wie schnell Seiten kommen und antworten, gemessen in den Browsern der Besucher. Der Tracker misst es, wo sein Tag das Attribut data-vitals hat.',
    ],
    robots: [
      'Roboter',
      'Roboter nach Zweck und Name, und was sie holen. Menschen werden hier nicht gezählt.',
    ],
    'capture-integrity': [
      'Vollständigkeit der Erfassung',
      'Ob den Zahlen zu trauen ist: Lücken und Auffälligkeiten im Erfassten.',
    ],
    'tag-and-log': [
      'Tag gegen Log',
      'Derselbe Verkehr, wie ihn der Tracker und wie ihn das Serverlog sah, Roboter eingeschlossen: was beide sahen und was nur einer.',
    ],
    'whats-changed': [
      'Was sich änderte',
      'Was einen größeren oder kleineren Anteil aller Sitzungen hat als davor, jenseits des Zufalls.',
    ],
    'top-movers': [
      'Stärkste Bewegungen',
      'Was am letzten Tag des Zeitraums am meisten von seiner eigenen Vergangenheit abweicht.',
    ],
  },
  group: {
    Traffic: 'Verkehr',
    Content: 'Inhalte',
    Acquisition: 'Herkunft',
    Visitors: 'Besucher',
    Goals: 'Ziele',
    Quality: 'Qualität',
    Changes: 'Veränderungen',
    'Own reports': 'Eigene Berichte',
  },
  panel: {
    'overview/totals': [
      'Insgesamt',
      'Sitzungen, die im Zeitraum begannen, und Seiten, die in ihm aufgerufen wurden.',
    ],
    '*/by_hour': ['Nach Stunde', 'Die Stunden des Tages in der Zeitzone des Datenbestands.'],
    '*/by_day': [
      'Nach Tag',
      'Eine Zeile je Tag in der Zeitzone des Datenbestands. Besucher addieren sich nicht über Tage.',
    ],
    'overview/pages': ['Seiten', 'Die meistgesehenen Seiten, nach Pfad.'],
    'overview/referrers': ['Referrer', 'Die Hosts, die zu Sitzungen führten.'],
    'overview/statuses': [
      'Status',
      'Wie der Server antwortete: Treffer nach HTTP-Statuscode, wo die Quelle ihn kennt.',
    ],
    'times/hours': ['Stunden', 'Sitzungen nach der Stunde, in der sie begannen.'],
    'times/weekdays': ['Wochentage', 'Sitzungen nach dem Wochentag, an dem sie begannen.'],
    'times/week': [
      'Die Woche nach Stunden',
      'Sitzungen nach Wochentag und Stunde. Je größer der Punkt, desto mehr Sitzungen.',
    ],
    'pages/pages': [
      'Seiten',
      'Nach Pfad. Die Absprungrate gilt für Sitzungen, die auf der Seite begannen, die Ausstiegsrate für ihre Aufrufe; die Zeit lässt letzte Seiten aus.',
    ],
    'pages/entry_pages': ['Einstiegsseiten', 'Wo Sitzungen begannen.'],
    'pages/exit_pages': ['Ausstiegsseiten', 'Wo Sitzungen endeten.'],
    'page-groups/groups': [
      'Seitengruppen',
      'Ein Treffer, auf den mehrere Gruppen passen, gehört zur ersten davon.',
    ],
    'paths/paths': [
      'Vor und nach der Seite',
      'Schritte zwischen Seitenaufrufen, als Anteil der Aufrufe der Seite. Neuladen ist ausgelassen, ebenso Anteile unter 1 %.',
    ],
    'navigation/links': [
      'Links der Seite',
      'Klicks auf jede andere Seite als Anteil aller Klicks auf andere Seiten und der Ausstiege von hier. Gezählt werden Klicks, nicht Besucher.',
    ],
    'content/titles': ['Titel', 'Seiten nach ihrem Titel.'],
    'content/by_channel': [
      'Was Leute auf welche Seite bringt',
      'Einstiegsseiten nach der Art der Quelle.',
    ],
    'content/speed': [
      'Geschwindigkeit',
      'Wie lange der Server brauchte, nach Pfad, wo die Quelle es weiß.',
    ],
    'requests/totals': [
      'Insgesamt',
      'Anfragen, von denen bekannt ist, wie sie beantwortet wurden.',
    ],
    'requests/paths': ['Pfade', 'Wonach am meisten gefragt wurde, was immer es ist.'],
    'requests/largest': ['Am meisten übertragen', 'Die Pfade, über die am meisten gesendet wurde.'],
    'requests/files': [
      'Dateien',
      'Stile, Skripte, Bilder, Schriften und dergleichen, nach ihrer Endung.',
    ],
    'requests/hosts': ['Hosts', 'Nach Host, wo das Log ihn hat.'],
    'requests/methods': ['Methoden', 'Nach HTTP-Methode und danach, wie geantwortet wurde.'],
    'downloads/files': ['Dateien', 'Anfragen, die ohne Fehler beantwortet wurden.'],
    'downloads/from': [
      'Wo sie geholt werden',
      'Die Seite, von der aus nach der Datei gefragt wurde.',
    ],
    'downloads/links': [
      'Angeklickte Links',
      'Links auf Dateien, die angeklickt wurden, dieses und anderer Hosts, wie der Tracker es sah.',
    ],
    'outbound-links/targets': ['Wohin', 'Adressen, die angeklickt wurden, wie der Tracker es sah.'],
    'outbound-links/from': ['Von wo', 'Die Seiten, auf denen sie angeklickt wurden.'],
    'outbound-links/pages': [
      'Eigene Ereignisse',
      'Seiten, die selbst sagen, dass ein solcher Link genommen wurde.',
    ],
    'site-search/searches': ['Suchen', 'Wonach gesucht wurde, wie es eingegeben wurde.'],
    'site-search/from': ['Wo gesucht wird', 'Die Seite, von der aus gesucht wurde.'],
    'channels/channels': ['Kanäle', 'Die erste passende Regel entscheidet.'],
    'channels/sources': [
      'Quellen und Medien',
      'utm_source, sonst der Name des Referrers, mit utm_medium.',
    ],
    'referrers/hosts': ['Hosts', 'Nach dem Host, der hierher führte.'],
    'referrers/pages': [
      'Verweisende Seiten',
      'Nach Host und Pfad, für Sitzungen, zu denen ein anderer Host führte.',
    ],
    'referrers/landings': [
      'Wo sie landen',
      'Nach Host und Einstiegsseite, für Sitzungen, zu denen ein anderer Host führte.',
    ],
    'campaigns/last_touch': [
      'Nach letztem Kontakt',
      'Ein Abschluss gehört zur Kampagne seiner eigenen Sitzung. Ertrag ist (Umsatz − Kosten) / Kosten.',
    ],
    'campaigns/first_touch': [
      'Nach erstem Kontakt',
      'Ein Abschluss gehört zur Kampagne, die den Besucher zuerst brachte, soweit Sitzungen gespeichert sind.',
    ],
    'campaigns/tagged': [
      'Gekennzeichneter Verkehr',
      'utm_source, utm_medium und utm_campaign, wie sie kamen.',
    ],
    'search-terms/terms': [
      'Begriffe',
      'utm_term der Einstiegsseite. Suchmaschinen nennen die Wörter unbezahlter Ergebnisse nicht mehr.',
    ],
    'search-terms/engines': [
      'Suchmaschinen und Begriffe',
      'Die Quelle jedes Begriffs, mit der Seite, auf der Leute landeten.',
    ],
    'poor-campaigns/signs': [
      'Zeichen wertloser Klicks',
      'Nach Kampagne: wiederholte Klicks aus einem Netz oder von einem Client, Sitzungen ohne weiteren Treffer, Roboter. Ein Zeichen ist ein Grund nachzusehen, kein Beweis.',
    ],
    'poor-campaigns/leaving': [
      'Kampagnen, die sofort verlassen werden',
      'Gekennzeichneter Verkehr mit den höchsten Absprungraten, nach Kampagne und Einstiegsseite.',
    ],
    'new-and-returning/kinds': [
      'Neue und Wiederkehrende',
      'Ein Besucher ist neu, wo keine frühere Sitzung des Besucherschlüssels gespeichert ist.',
    ],
    'new-and-returning/channels': [
      'Nach Kanal',
      'Die Arten von Quellen, die neue Besucher bringen, und die, die sie zurückbringen.',
    ],
    'engagement/frequency': [
      'Häufigkeit',
      'Sitzungen danach, die wievielte ihres Besuchers sie sind.',
    ],
    'engagement/recency': [
      'Abstand',
      'Sitzungen nach den Tagen seit der letzten Sitzung ihres Besuchers.',
    ],
    'engagement/depth': ['Tiefe', 'Sitzungen nach ihren Seitenaufrufen.'],
    'engagement/duration': ['Dauer', 'Sitzungen danach, wie lange sie dauerten.'],
    'retention/weeks': [
      'Nach Woche',
      'Gruppen von Besuchern nach der Woche ihrer ersten gespeicherten Sitzung, und ihr Anteil, der in jeder Woche danach kam.',
    ],
    'retention/days': ['Nach Tag', 'Dasselbe nach Tag, für kurze Zeiträume.'],
    'technology/devices': ['Geräte', 'Nach Art des Geräts.'],
    'technology/screens': ['Bildschirme', 'Nach Breite des Bildschirms in CSS-Pixeln.'],
    'technology/browsers': ['Browser', 'Nach Name.'],
    'technology/versions': ['Versionen', 'Browser nach Hauptversion.'],
    'technology/systems': ['Systeme', 'Nach Betriebssystem.'],
    'geography/countries': ['Länder', 'Wo der Netzrand das Land kennt.'],
    'geography/networks': [
      'Netze',
      'Client-Adressen, gekürzt auf /24 und /48: Viele Sitzungen eines Netzes fallen auf.',
    ],
    'languages/languages': ['Sprachen', 'Nach der bevorzugten Sprache des Clients.'],
    'goals/totals': ['Insgesamt', 'Sitzungen, die das Ziel erreichten, jede einmal gezählt.'],
    'goals/channels': ['Nach Kanal', 'Die Arten von Quellen, die zum Abschluss führen.'],
    'goals/entry_pages': [
      'Nach Einstiegsseite',
      'Die Seiten, auf denen Sitzungen mit Abschluss begannen.',
    ],
    'funnel/stages': ['Stufen', 'Sitzungen an jeder Stufe, in der Reihenfolge des Trichters.'],
    'scorecard/grades': [
      'Abbruch und Noten',
      'Abbruch ist, was zu einer Rate von 100 % fehlt. Noten: A bis 20 %, B bis 40 %, C bis 60 %, D bis 80 %, F darüber. Die erste Stufe, bei Fortschritt die letzte, verliert niemanden und hat keine.',
    ],
    'scorecard/failures': [
      'Fehlschläge unterdessen',
      'Treffer, die mit einem Fehler beantwortet wurden, von allen Treffern mit bekanntem Status.',
    ],
    'events/events': ['Ereignisse', 'Ereignisse, die die Seiten gesendet haben, nach Name.'],
    'events/properties': [
      'Nach Eigenschaft',
      'Was die Seiten mit ihren Ereignissen gesendet haben, nach Eigenschaft und Wert.',
    ],
    'events/recorded': [
      'Nach Definition festgehalten',
      'Ereignisse, die hier definiert sind, mit den Zahlen, die sie festgehalten haben.',
    ],
    'events/reported': ['Nach Dimension', 'Jedes definierte Ereignis mit dem, was es meldet.'],
    'events/texts': [
      'Nach festgehaltenem Text',
      'Jedes definierte Ereignis, das einen Text festhält, etwa eine Meldung oder eine Adresse.',
    ],
    'events/by_page': ['Nach Seite', 'Jedes Ereignis mit der Seite, die es gesendet hat.'],
    'events/by_channel': ['Nach Kanal', 'Jedes Ereignis mit der Art der Quelle seiner Sitzung.'],
    'events/by_device': ['Nach Gerät', 'Jedes Ereignis mit dem Gerät.'],
    'errors/totals': [
      'Insgesamt',
      'Von Treffern mit bekanntem Status: Logs und der Netzrand kennen ihn, der Tracker nicht.',
    ],
    'errors/statuses': ['Status', 'Fehler nach Statuscode.'],
    'errors/missing': [
      'Fehlende Seiten',
      'Pfade, die nicht gefunden wurden (404, 410), und die Seite, die zu ihnen führte.',
    ],
    'errors/failing': [
      'Scheiternde Seiten',
      'Pfade, bei denen der Server selbst scheiterte (500 und mehr).',
    ],
    'web-vitals/measures': [
      'Alle Seiten',
      'Grenzen für gut und schlecht: Zeichnen 2.500 und 4.000 ms, Interaktion 200 und 500 ms, Verschiebung 0,1 und 0,25, erstes Zeichnen 1.800 und 3.000 ms, erstes Byte 800 und 1.800 ms.',
    ],
    'web-vitals/paint': [
      'Largest Contentful Paint nach Seite',
      'Wann der größte Teil der Seite zu sehen war. Gut bis 2.500 ms.',
    ],
    'web-vitals/interaction': [
      'Interaction to Next Paint nach Seite',
      'Wie lange die langsamste Antwort auf Klick oder Taste brauchte. Gut bis 200 ms.',
    ],
    'web-vitals/shift': [
      'Verschiebung nach Seite',
      'Wie viel von der Seite sich von selbst bewegte. Gut bis 0,1.',
    ],
    'web-vitals/devices': [
      'Largest Contentful Paint nach Gerät',
      'Dieselbe Messung nach Art des Geräts.',
    ],
    'robots/purposes': ['Zwecke', 'Wozu Roboter da sind, nach ihren Namen.'],
    'robots/robots': ['Roboter', 'Nach Name, mit den Fehlern, auf die sie trafen.'],
    'robots/pages': ['Was sie holen', 'Pfade, nach denen Roboter am meisten fragten.'],
    'capture-integrity/by_day': ['Nach Tag', 'Was fehlt oder auffällt, Tag für Tag.'],
    'capture-integrity/ends': [
      'Wie Sitzungen endeten',
      'Grenzen, die viele Sitzungen beenden, zerschneiden sie.',
    ],
    'capture-integrity/origins': [
      'Woher Treffer kamen',
      'Tracker oder Log, mit dem Host der Seite.',
    ],
    'tag-and-log/pages': [
      'Seiten',
      'Seitenaufrufe nach Pfad: von beiden gesehen, nur vom Tracker oder nur vom Log (blockierte Skripte, Roboter, Downloads).',
    ],
    'tag-and-log/purposes': [
      'Menschen und Roboter',
      'Danach, wozu Roboter da sind; Menschen haben keinen Zweck.',
    ],
    'tag-and-log/browsers': ['Browser', 'Nach Browser oder Roboter.'],
    'tag-and-log/networks': ['Netze', 'Nach der gekürzten Adresse des Clients.'],
    'whats-changed/changes': [
      'Veränderungen',
      'Anteile aller Sitzungen in beiden Zeiträumen: Test zweier Anteile, für viele Vergleiche korrigiert (Benjamini und Hochberg). Etwas kann im Anteil steigen und in der Zahl fallen.',
    ],
    'top-movers/pages': ['Seiten'],
    'top-movers/sources': ['Quellen'],
    'top-movers/countries': ['Länder'],
  },
};
