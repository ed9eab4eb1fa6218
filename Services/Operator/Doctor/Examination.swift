import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// Looks the suite over: the log's place, its topics and settings, its groups, every kept record, the services.
struct Examination {
  private let bus: any TopicBus
  private let desk: Desk
  private(set) var findings: [Finding] = []
  private(set) var facts: [Fact] = []

  struct Fact: Encodable {
    var name: String
    var value: String
  }

  init(_ bus: any TopicBus, _ desk: Desk) {
    self.bus = bus
    self.desk = desk
  }

  mutating func run(place: LogPlace?, services: [String], largestLag: Int64) async throws {
    if let place { look(at: place) }
    let plan = try await TopicsPlan(of: bus)
    look(at: plan)
    let groups = try await bus.suiteGroups()
    look(at: groups, largestLag: largestLag)
    if plan.topics.filter({ $0.state == .missing }).isEmpty {
      try await lookAtSettings()
      try await lookAtKeptRecords()
      try await lookAtDeadLetters()
    }
    for service in services { look(atService: service) }
    findings.sort { ($0.severity, $0.code, $0.text) < ($1.severity, $1.code, $1.text) }
  }

  private func say(_ fr: String, _ en: String) -> String { desk.say(fr: fr, en: en) }

  private mutating func fact(_ fr: String, _ en: String, _ value: String) {
    facts.append(Fact(name: say(fr, en), value: value))
  }

  // MARK: The log's place

  private mutating func look(at place: LogPlace) {
    fact("journal", "log", "\(place.path), \(Self.megabytes(place.fileBytes)), WAL \(Self.megabytes(place.walBytes))")
    if let free = place.freeBytes {
      fact("place libre", "free space", Self.megabytes(free))
      if free < max(1 << 30, place.fileBytes + place.walBytes) {
        findings.append(
          .warning(
            "disk",
            say(
              "il reste \(Self.megabytes(free)) sur le disque du journal",
              "\(Self.megabytes(free)) are left on the log's disk"),
            say(
              "libérez de la place\u{202F}: une sauvegarde en demande autant que le journal",
              "free some space: a backup needs as much as the log")))
      }
    }
    let isFaulty = Self.isBefore(place.sqliteVersion, [3, 51, 3])
    let avoided = say(
      " (avant 3.51.3, un point de contrôle et une écriture simultanés peuvent abîmer un fichier\u{202F}; le verrou du bus l’évite)",
      " (before 3.51.3 a checkpoint beside a commit can damage a file; the bus's lock prevents it)")
    fact("SQLite", "SQLite", place.sqliteVersion + (isFaulty ? avoided : ""))
    fact("Swift", "Swift", Self.swiftVersion)
    if place.walBytes > 512 << 20 {
      findings.append(
        .warning(
          "wal", say("le WAL a \(Self.megabytes(place.walBytes))", "the WAL has \(Self.megabytes(place.walBytes))"),
          say(
            "un lecteur l’empêche de recommencer\u{202F}: arrêtez un programme qui lit le fichier, ou attendez la fin d’une sauvegarde",
            "a reader keeps it from beginning anew: stop a program that reads the file, or wait for a backup's end")))
    }
  }

  private static func isBefore(_ version: String, _ limit: [Int]) -> Bool {
    version.split(separator: ".").compactMap { Int($0) }.lexicographicallyPrecedes(limit)
  }

  private static var swiftVersion: String {
    #if swift(>=6.4)
      "6.4+"
    #elseif swift(>=6.3)
      "6.3"
    #else
      "< 6.3"
    #endif
  }

  private static func megabytes(_ bytes: Int64) -> String {
    bytes >= 10 << 30 ? "\(bytes >> 30) GB" : bytes >= 1 << 20 ? "\(bytes >> 20) MB" : "\(bytes >> 10) KB"
  }

  // MARK: Topics, settings, groups

  private mutating func look(at plan: TopicsPlan) {
    fact("sujets", "topics", "\(plan.topics.count { $0.state == .present })/\(SuiteTopic.all.count)")
    let apply = say("lancez `bourse topics apply`", "run `bourse topics apply`")
    for topic in plan.topics where topic.state == .missing {
      findings.append(
        .error("missing-topic", say("le sujet \(topic.topic) manque", "the topic \(topic.topic) is missing"), apply))
    }
    for topic in plan.topics where topic.state == .differs {
      findings.append(
        .error(
          "other-topic",
          "\(topic.topic): \(topic.found ?? ""), \(say("déclaré", "declared")) \(topic.partitions) × \(topic.kept)",
          say("lancez la version qui l’a créé", "start the release that made it")))
    }
    for setting in plan.settings where setting.state == .missing {
      findings.append(
        .error(
          "missing-setting", say("le réglage \(setting.setting) manque", "the setting \(setting.setting) is missing"),
          apply))
    }
  }

  private mutating func lookAtSettings() async throws {
    let book = try await SettingsBook(bus)
    if let sending = book.value(.sending, as: SendingSettings.self) {
      fact("envoi", "sending", sending.isOpen ? say("ouvert", "open") : say("fermé", "closed"))
    }
    guard let scoring = book.value(.scoring, as: ScoringSettings.self) else { return }
    fact("modèle", "scoring model", "\(scoring.version)")
    do {
      try SettingRules.check(scoring)
    } catch {
      findings.append(
        .error(
          "scoring", Failure(error).text,
          say("appliquez-en un autre : `bourse scoring apply`", "apply another one: `bourse scoring apply`")))
    }
  }

  private mutating func look(at groups: [GroupDescription], largestLag: Int64) {
    fact(
      "groupes", "groups",
      groups.isEmpty ? "-" : groups.map { "\($0.group) ×\($0.members.count)" }.joined(separator: ", "))
    for group in groups {
      for member in group.members where !member.responds {
        let process = member.process.map { "\($0)" } ?? "?"
        findings.append(
          .error(
            "stopped-member",
            say(
              "\(group.group)/\(member.instance) (processus \(process)) est arrêté et garde \(member.partitions.count) partitions",
              "\(group.group)/\(member.instance) (process \(process)) is stopped and keeps \(member.partitions.count) partitions"
            ),
            say(
              "laissez-le continuer (kill -CONT \(process)) ou terminez-le (kill -KILL \(process))",
              "let it go on (kill -CONT \(process)) or end it (kill -KILL \(process))")))
      }
      let lag = group.partitions.reduce(0) { $0 + $1.lag }
      if group.members.isEmpty, lag > 0 {
        findings.append(
          .error(
            "nobody",
            say(
              "\(group.group) a \(lag) enregistrements devant lui et personne n’y travaille",
              "\(group.group) has \(lag) records to consume and no member"),
            say("démarrez son service", "start its service")))
      } else if lag > largestLag {
        findings.append(
          .warning(
            "lag",
            say("\(group.group) a \(lag) enregistrements de retard", "\(group.group) lags \(lag) records behind"),
            say(
              "démarrez-en un de plus, ou voyez s’il avance\u{202F}: `bourse lag --group \(group.group)`",
              "start another one, or see whether it advances: `bourse lag --group \(group.group)`")))
      }
    }
  }

  // MARK: Records

  /// Decodes every record that is kept, as its owner does when it restores.
  private mutating func lookAtKeptRecords() async throws {
    var read = 0
    for topic in SuiteTopic.all where topic.isKept {
      for record in try await bus.newest(of: topic.declaration, progress: ProgressLine(topic.name)) {
        read += 1
        do throws(BadRecord) {
          // The tombstone of a key that is none repairs a record that nobody could read.
          if record.value == nil, (try? topic.check?(record)) == nil { continue }
          try topic.check?(record)
        } catch {
          let place = "\(record.topicPartition)@\(record.offset)"
          let key = record.keyText
          findings.append(
            .error(
              "unreadable-record",
              say("\(place), clé \(key)\u{202F}: \(error)", "\(place), key \(key): \(error)"),
              "bourse state repair \(topic.name) '\(key)' --partition \(record.partition) --replace FILE | --tombstone")
          )
        }
      }
    }
    fact("enregistrements gardés lus", "kept records read", "\(read)")
  }

  private mutating func lookAtDeadLetters() async throws {
    let open = try await DeadLetterBox(bus).letters.filter { $0.closed == nil }
    fact("rebuts", "dead letters", "\(open.count)")
    guard let first = open.first else { return }
    findings.append(
      .warning(
        "dead-letters",
        say(
          "\(open.count) rebuts, le premier \(first.id) : \(first.letter.failure.text)",
          "\(open.count) dead letters, the first \(first.id): \(first.letter.failure.text)"),
        "bourse dead-letters list | show | replay | drop"))
  }

  // MARK: Services

  private struct Readiness: Decodable {
    var service: String
    var instance: String
    var ready: Bool
    var reasons: [String]
  }

  private mutating func look(atService url: String) {
    let address = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/health/ready"
    do {
      let answer = try HTTPExchange(address).perform(timeout: 10)
      let readiness = try JSON.decode(Readiness.self, from: answer.body)
      let name = "\(readiness.service) \(readiness.instance)"
      facts.append(Fact(name: name, value: readiness.ready ? say("prêt", "ready") : say("pas prêt", "not ready")))
      for reason in readiness.reasons {
        findings.append(
          .error("not-ready", "\(name): \(reason)", say("voyez son journal de bord", "see its log output")))
      }
    } catch {
      findings.append(
        .error(
          "no-answer", "\(url): \(Failure(error).text)",
          say("démarrez le service, ou vérifiez l’adresse", "start the service, or check the address")))
    }
  }
}

/// The log's file and its disk.
struct LogPlace {
  var path: String
  var fileBytes: Int64
  var walBytes: Int64
  var freeBytes: Int64?
  var sqliteVersion: String
}
