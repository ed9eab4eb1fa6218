import Seeds
import CooperationModel
import TopicBus

@testable import APDCollector
@testable import Ingestion
@testable import Matcher
@testable import Notifications
@testable import ServiceKit

// The laws, checked whenever all is quiet, against plain folds of what the log ever held.

extension SuiteRun {
  /// - Throws: ``SimulationFailure`` of the first law that does not hold.
  func check() throws {
    try chronicle.catchUp(log)
    try checkVersions()
    try checkCommands()
    try checkLetters()
    try checkOffsets()
    try checkTables()
    try checkMatches()
    try checkLeads()
    try checkMessages()
    try checkDeclarations()
    checked.offers = chronicle.offers.count
    checked.arrivals = outside.arrivals.count
    checked.profiles = chronicle.profiles.versions.mapValues(\.count)
    checked.contacts = chronicle.contacts.versions.mapValues(\.count)
    gates = [gateIsOpen]
  }

  func require(_ isTrue: Bool, _ law: String, _ text: @autoclosure () -> String) throws {
    if !isTrue { throw failure(law, text()) }
  }

  // MARK: Order

  /// An entity's versions are 1, 2, 3 … without gap.
  private func checkVersions() throws {
    let gaps = [
      chronicle.requests.gap(\.version), chronicle.profiles.gap(\.version), chronicle.contacts.gap(\.version),
      chronicle.cooperations.gap(\.version), chronicle.leads.gap(\.version), chronicle.messages.gap(\.version),
    ]
    for gap in gaps { try require(gap == nil, "order", gap ?? "") }
  }

  // MARK: Bad records

  /// What is none is set aside once by each group that reads it, and nothing else is.
  private func checkLetters() throws {
    var letters: [String: Int] = [:]
    for letter in chronicle.letters {
      let place = "\(letter.original.topicPartition)@\(letter.original.offset)"
      try require(garbage.contains(place), "dead letters", "\(place) was set aside without a cause")
      letters[place, default: 0] += 1
    }
    for place in garbage.sorted() {
      let count = letters[place] ?? 0
      try require(
        count == 1 || count == 0 && isCompacted, "dead letters",
        "\(place) was set aside \(count) times: "
          + chronicle.letters.filter { "\($0.original.topicPartition)@\($0.original.offset)" == place }.map {
            "by \($0.group) at \(Instant(milliseconds: $0.at)), \($0.failure)"
          }.joined(separator: "; "))
    }
  }

  // MARK: Offsets

  /// Committed offsets never move back.
  private func checkOffsets() throws {
    for group in try log.describeGroups() {
      for partition in group.partitions {
        let committed = partition.committed ?? 0
        try require(
          committed >= checked.commits[partition.partition] ?? 0, "monotone",
          "\(group.group) \(partition.partition) moved back to \(committed)")
        // A topic may be read by one group alone here, as a stream.
        checked.commits[partition.partition] = committed
      }
    }
  }

  // MARK: Rebuildable

  /// What instances hold equals the fold of the topics.
  private func checkTables() throws {
    for participant in participants {
      switch participant {
      case let instance as Instance<IngestionDecider>:
        let state = instance.step.state
        try compare(state.requests, chronicle.requests, instance)
        try compare(state.profiles, chronicle.profiles, instance)
        try compare(state.contacts, chronicle.contacts, instance)
        try compare(state.cooperations, chronicle.cooperations, instance)
      case let instance as Instance<RankingProcessor>:
        let state = instance.step.state
        try compare(state.requests, chronicle.requests, instance)
        try compare(state.matches, chronicle.matches, instance)
        try compare(state.profiles, chronicle.profiles, instance)
        try compare(state.cooperations, chronicle.cooperations, instance)
        try compare(state.contacts, chronicle.contacts, instance)
        try compare(state.settings, chronicle.settings, instance)
      case let instance as Instance<LeadAllocator>:
        let state = instance.step.state
        try compare(state.leads, chronicle.leads, instance, everywhere: !instance.running.isEmpty)
        try compare(state.requests, chronicle.requests, instance)
        try compare(state.matches, chronicle.matches, instance)
        try compare(state.contacts, chronicle.contacts, instance)
      case let instance as Instance<RecipientProcessor>:
        let state = instance.step.state
        try compare(state.contacts, chronicle.contacts, instance)
        try compare(state.messages, chronicle.messages, instance)
        try compare(state.everyContact, chronicle.contacts, instance)
        try compare(state.leads, chronicle.leads, instance)
        try compare(state.requests, chronicle.requests, instance)
        try compare(state.profiles, chronicle.profiles, instance)
      case let instance as Instance<DeclarationProcessor>:
        try compare(instance.step.state.declarations, chronicle.declarations, instance)
      default: break
      }
    }
  }

  private func compare<Key, Value>(
    _ table: Table<Key, Value>, _ history: History<Key, Value>, _ participant: any Participant, everywhere: Bool = false
  ) throws {
    let running = Set(participant.running)
    var count = 0
    for key in history.keys {
      guard let last = history.versions[key]?.last, everywhere || running.contains(last.partition) else { continue }
      if last.value != nil { count += 1 }
      try require(
        table[key] == last.value, "rebuildable",
        "\(participant.name) holds another \(history.contract.name) \(key) than the log")
    }
    try require(
      table.count == count, "rebuildable",
      "\(participant.name) holds \(table.count) of \(history.contract.name), the log \(count)")
  }

  private func compare<Key, Value>(
    _ view: View<Key, Value>, _ history: History<Key, Value>, _ participant: any Participant
  ) throws {
    for key in history.keys {
      try require(
        view[key] == history[key], "rebuildable",
        "\(participant.name) knows another \(history.contract.name) \(key) than the log")
    }
    try require(view.count == history.newest.count, "rebuildable", "\(participant.name) knows too much")
  }

  // MARK: Matches

  /// Match sets equal those ranked from scratch.
  private func checkMatches() throws {
    guard let scoring, let model = ScoringModel(scoring) else { throw failure("matches", "there is no model") }
    var candidates = Candidates(cast.landscape)
    for sheet in chronicle.cooperations.living { _ = candidates.update(cooperation: sheet, for: sheet.id) }
    for contact in chronicle.contacts.living { _ = candidates.update(contact: contact, for: contact.id) }
    for profile in chronicle.profiles.living { _ = candidates.update(profile: profile, for: profile.collectivite) }
    let ranking = Ranking(model: model)
    for request in chronicle.requests.living {
      let right = request.isOpen ? ranking.best(for: request, among: candidates) : nil
      try require(
        chronicle.matches[request.id] == right, "matches", "those of \(request.id) are not what ranking anew gives")
    }
    for set in chronicle.matches.living {
      try require(chronicle.requests[set.request]?.isOpen == true, "matches", "\(set.request) is not open")
    }
  }

  // MARK: Declarations

  /// Revisions are 1, 2, 3 …, the last one counts, and totals are the sum of its lines, in whatever order they came.
  private func checkDeclarations() throws {
    var sums: [Int: Int64] = [:]
    var chance = Chance(seed: plan.seed)
    let all = chronicle.declarations.living
    for declaration in all {
      let id = declaration.id
      let isLast =
        chronicle.declarations[DeclarationID(id.collectivite, year: id.year, revision: id.revision + 1)] == nil
      try require(
        declaration.status == (isLast ? .submitted : .superseded), "declarations", "\(id) is \(declaration.status)")
      try require(
        id.revision == 1
          || chronicle.declarations[DeclarationID(id.collectivite, year: id.year, revision: id.revision - 1)] != nil,
        "declarations", "\(id) has no revision before it")
      if isLast { sums[id.year, default: 0] += declaration.lines.reduce(0) { $0 + $1.amount.cents } }
    }
    var ledger = DeclarationLedger(reference: cast.reference)
    for declaration in all.shuffled(using: &chance) { ledger.apply(declaration.id, declaration) }
    for year in sums.keys.sorted() {
      let total = ledger.totals(year).overall.total.cents
      try require(total == sums[year], "declarations", "those of \(year) sum to \(total), not \(sums[year] ?? 0)")
    }
  }
}
