import CooperationModel
import ServiceKit
import Synchronization

/// How fast an import may go.
///
/// Its rows are appended some at a time, and the next ones once those are decided: so many that this takes about
/// ``target``. People at work wait behind an import no longer than that, however slow the machine; and as long as the
/// rows took it rests, so that they, and whoever derives from the rows, have half of the machine.
struct ImportPace: Sendable {
  /// Rows of one append.
  var rows = 20...1_000
  var firstRows = 100
  /// How long rows may take to be decided, in milliseconds.
  var target: Int64 = 25
  /// How long nothing may be decided before the import is given up, in milliseconds.
  var patience: Int64 = 30_000
  /// How long the last outcomes are waited for, in milliseconds.
  var lastWait: Int64 = 10_000

  /// How many rows to append next, when so many took so long.
  func next(after count: Int, took milliseconds: Int64) -> Int {
    let wanted = milliseconds > target ? max(count / 2, count * Int(target) / Int(milliseconds)) : count + count / 4 + 1
    return min(max(wanted, rows.lowerBound), rows.upperBound)
  }
}

/// Reads one import as it arrives, appends its rows, and follows what becomes of them.
///
/// Memory is bounded: a chunk, a batch, the rows not decided yet, and the problems that are listed.
struct ImportSession {
  typealias Gateway = CommandGateway<IngestionFrontState>

  /// A row in the log, by the lines that say the same.
  struct Sent: Sendable {
    var entity: String
    var lines: [Int]
    var version: Int?
    var reference: String?
  }

  let gateway: Gateway
  let rows: ImportCommands
  let clock: any WallClock
  let pace: ImportPace
  let ledger: ImportLedger
  private var reader: ImportReader
  private let asked: AskedContacts
  private var tally = ImportTally()
  private var count = 0
  private var batchSize: Int
  private var batch: [(command: Command, row: ImportRow)] = []
  private(set) var outstanding: [CommandID: Sent] = [:]
  /// The owners of the contacts that undecided rows make.
  private var owners: [String: String] = [:]
  private var unknownContacts: Set<ContactID> = []
  /// What is left of the time for contacts that an import just before may have made, in milliseconds.
  private var contactWait: Int64 = 2_000

  init(
    _ rows: ImportCommands, gateway: Gateway, reference: ReferenceData, clock: any WallClock, pace: ImportPace,
    ledger: ImportLedger
  ) {
    let asked = AskedContacts(actor: rows.actor)
    self.gateway = gateway
    self.rows = rows
    self.clock = clock
    self.pace = pace
    self.ledger = ledger
    self.asked = asked
    batchSize = pace.firstRows
    reader = ImportReader(rows.kind, with: reference, on: clock.now().day) { asked.contact($0) }
  }

  /// Reads to the end.
  ///
  /// - Throws: ``Rejection`` for a header that does not fit; whatever ended the stream otherwise. Rows appended so far stay.
  mutating func read(_ chunks: some AsyncSequence<[UInt8], any Error>) async throws -> ImportReport {
    do {
      for try await chunk in chunks { try await take(parsed { (reader) throws(Violation) in try reader.feed(chunk) }) }
      try await take(parsed { (reader) throws(Violation) in try reader.finish() })
      try await append(isLast: true)
    } catch {
      note(.interrupted)
      throw error
    }
    return note(.complete)
  }

  private mutating func parsed(
    _ read: (inout ImportReader) throws(Violation) -> [ImportReader.Item]
  ) throws(Rejection) -> [ImportReader.Item] {
    do throws(Violation) { return try read(&reader) } catch { throw Rejection(.invalid, [error]) }
  }

  private mutating func take(_ items: [ImportReader.Item]) async throws {
    try await checkContacts()
    for item in items {
      count += 1
      switch item {
      case .rejected(let row): tally.reject(row.errors, line: row.line, reference: row.reference)
      case .row(let row):
        if let error = unknownContact(row) {
          tally.reject([error], line: row.line, reference: row.reference)
          continue
        }
        do {
          batch.append((try rows.command(row, receivedAt: clock.now()), row))
        } catch let error as RowError {
          tally.reject([error], line: row.line, reference: row.reference)
        }
        if batch.count >= batchSize { try await append() }
      }
    }
  }

  // MARK: Into the log

  /// Appends the batch: those of its rows that were not decided, or sent, before.
  private mutating func append(isLast: Bool = false) async throws {
    let (ids, sending) = (batch.map(\.command.id), batch)
    batch = []
    let known = await gateway.read { state in ids.map { state.outcomes[$0] } }
    let owners = await knownOwners(of: sending.map(\.command))
    var fresh: [Command] = []
    for ((command, row), outcome) in zip(sending, known) {
      if let outcome {
        tally.note(
          outcome, rows.kind, line: row.line, version: row.version, reference: row.reference, isKnown: true)
      } else if outstanding[command.id] != nil {
        outstanding[command.id]?.lines.append(row.line)
      } else if let owner = owners[command.entity] ?? self.owners[command.entity], owner != command.partitionKey {
        tally.reject([.otherOwner(owner, line: row.line)], line: row.line, reference: row.reference, isConflict: true)
      } else {
        outstanding[command.id] = Sent(
          entity: command.entity, lines: [row.line], version: row.version, reference: row.reference)
        if rows.kind == .contacts { self.owners[command.entity] = command.partitionKey }
        fresh.append(command)
      }
    }
    guard !fresh.isEmpty else {
      note(.running)
      return
    }
    let clock = ContinuousClock()
    let start = clock.now
    try await append(fresh)
    try await drain(isLast: isLast)
    let took = clock.now - start
    batchSize = pace.next(after: fresh.count, took: Int64(took / .milliseconds(1)))
    note(.running)
    if !isLast { try await Task.sleep(for: took) }
  }

  /// The ids stay the same, so an append that may have happened is safe to repeat.
  private func append(_ commands: [Command]) async throws {
    for attempt in 1... {
      do {
        return try await gateway.append(commands, within: 10_000)
      } catch {
        guard attempt < 3, !Task.isCancelled else { throw error }
        try await Task.sleep(for: .seconds(attempt))
      }
    }
  }

  /// Waits until all rows that were sent are decided; the last ones only for a while.
  private mutating func drain(isLast: Bool) async throws {
    while !outstanding.isEmpty {
      let ids = Array(outstanding.keys)
      let isThere = await gateway.wait(isLast ? pace.lastWait : pace.patience) { state in
        ids.allSatisfy { state.outcomes[$0] != nil }
      }
      let before = outstanding.count
      await settle()
      try Task.checkCancellation()
      if isLast && !isThere { return }
      guard isThere || outstanding.count < before else { throw Problem.importStalled }
    }
  }

  /// Counts the rows that have been decided.
  private mutating func settle() async {
    let ids = Array(outstanding.keys)
    for outcome in await gateway.read({ state in ids.compactMap { state.outcomes[$0] } }) {
      guard let sent = outstanding.removeValue(forKey: outcome.command) else { continue }
      owners[sent.entity] = nil
      tally.note(outcome, rows.kind, sent)
    }
  }

  // MARK: Contacts

  /// Who owns the contacts that rows are about, by the contact's id, where they are there already. Contacts are decided by
  /// owner, so nobody but the front sees that a row would make the same contact a second time, under another owner.
  private func knownOwners(of commands: [Command]) async -> [String: String] {
    guard rows.kind == .contacts else { return [:] }
    let ids = commands.compactMap { ContactID($0.entity) }
    return await gateway.read { state in
      var owners: [String: String] = [:]
      for id in ids { owners[id.rawValue] = state.contacts[id]?.owner.rawValue }
      return owners
    }
  }

  /// Finds out whether the contacts that rows refer to are there: the front may be a moment behind their import.
  private mutating func checkContacts() async throws {
    let ids = asked.take().filter { !unknownContacts.contains($0) }
    guard !ids.isEmpty else { return }
    let clock = ContinuousClock()
    let start = clock.now
    if await gateway.wait(contactWait, until: { state in ids.allSatisfy { state.contacts[$0] != nil } }) { return }
    contactWait = max(0, contactWait - Int64((clock.now - start) / .milliseconds(1)))
    unknownContacts.formUnion(await gateway.read { state in ids.filter { state.contacts[$0] == nil } })
  }

  private func unknownContact(_ row: ImportRow) -> RowError? {
    guard case .request(let draft, _) = row.content, let contact = draft.contact, unknownContacts.contains(contact)
    else { return nil }
    return RowError(
      line: row.line, column: "contactReference", code: "unknown-contact",
      message: Localized(
        fr:
          "Aucun contact n’a été importé sous cette référence\u{202F}: importez d’abord les contacts, avec le même compte.",
        en: "No contact was imported under this reference: import the contacts first, as the same caller."))
  }

  @discardableResult
  private func note(_ state: ImportReport.State) -> ImportReport {
    let report = ImportReport(
      id: rows.import, kind: rows.kind, state: state, rows: count,
      undecided: outstanding.values.reduce(0) { $0 + $1.lines.count },
      tally: tally)
    ledger.set(
      ImportLedger.Entry(actor: rows.actor, report: report, outstanding: state == .running ? [:] : outstanding))
    return report
  }
}

/// The contacts that the rows just read refer to.
private final class AskedContacts: Sendable {
  private let actor: Actor
  private let ids = Mutex<Set<ContactID>>([])

  init(actor: Actor) { self.actor = actor }

  func contact(_ reference: String) -> ContactID? {
    let id = ImportCommands.contact(reference, of: actor)
    if let id { _ = ids.withLock { $0.insert(id) } }
    return id
  }

  /// Those asked for since this was last called.
  func take() -> Set<ContactID> {
    ids.withLock { ids in
      defer { ids = [] }
      return ids
    }
  }
}

extension ImportTally {
  /// Counts a row that was sent, and each of its repetitions in the file.
  mutating func note(_ outcome: CommandOutcome, _ kind: ImportKind, _ sent: ImportSession.Sent) {
    for (number, line) in sent.lines.enumerated() {
      note(outcome, kind, line: line, version: sent.version, reference: sent.reference, isKnown: number > 0)
    }
  }
}

extension RowError {
  fileprivate static func otherOwner(_ owner: String, line: Int) -> RowError {
    RowError(
      line: line, column: "owner", code: "other-owner",
      message: Localized(
        fr:
          "Ce contact appartient à «\u{202F}\(owner)\u{202F}»\u{202F}: un contact ne change pas de propriétaire. Donnez à la ligne une autre référence.",
        en: "This contact belongs to \"\(owner)\": a contact keeps its owner. Give the row another reference."))
  }
}

extension Problem {
  static let importStalled = Problem(
    503, "import-stalled",
    title: Localized(fr: "L’import n’avance plus", en: "The import does not get on"),
    detail: Localized(
      fr:
        "Les lignes déjà envoyées restent acquises. Renvoyez le même fichier plus tard\u{202F}: il reprendra où il s’est arrêté.",
      en: "The rows sent so far stay. Send the same file again later: it goes on where it stopped."),
    retryAfter: 30, endsConnection: true)

  static let tooManyImports = Problem(
    503, "too-many-imports",
    title: Localized(fr: "Trop d’imports en même temps", en: "Too many imports at once"),
    detail: Localized(fr: "Réessayez dans un moment.", en: "Try again in a moment."), retryAfter: 10,
    endsConnection: true)
}
