import CooperationModel

/// What the allocator must know of all leads at once: who had one of a request, who was offered how many lately, and
/// what was answered.
///
/// Kept up to date lead by lead. Old codes stand for today's authority, so a merged commune's successor is not offered
/// the same request again, and the offers of both count together.
package struct LeadBook: Sendable {
  /// A collectivité's leads are counted over this span.
  package static let window = Instant.Span.days(7)

  private let landscape: Landscape
  private var entries: [LeadID: Entry] = [:]
  private var requests: [RequestID: [Entry]] = [:]
  /// By row, ascending by time.
  private var offers: [[Instant]]
  /// By row, ascending by time of offer and id: those that were answered, or lapsed.
  private var answers: [[PriorAnswer]]
  /// When the newest of all leads was offered, as far as leads were ever known here.
  private(set) var newestOffer = Instant(milliseconds: 0)

  /// One lead, as far as sharing out is concerned.
  package struct Entry: Sendable, Equatable {
    package var id: LeadID
    /// Nil when the registry does not know the authority.
    package var row: Int?
    package var isOpen: Bool
    package var offeredAt: Instant
    /// While it waits for an answer.
    package var answerBy: Instant?
  }

  package init(_ landscape: Landscape) {
    self.landscape = landscape
    offers = Array(repeating: [], count: landscape.ids.count)
    answers = Array(repeating: [], count: landscape.ids.count)
  }

  /// Takes a lead's newest version; nil when there is none any more.
  package mutating func update(lead: Lead?, for id: LeadID) {
    if let old = entries[id] {
      requests[id.request]?.removeAll { $0.id == id }
      if requests[id.request]?.isEmpty == true { requests[id.request] = nil }
      if let row = old.row {
        if let place = offers[row].lastIndex(of: old.offeredAt) { offers[row].remove(at: place) }
        answers[row].removeAll { $0.id == id }
      }
      entries[id] = nil
    }
    guard let lead else { return }
    newestOffer = max(newestOffer, lead.offeredAt)
    let entry = Entry(
      id: id, row: landscape.row(of: id.collectivite), isOpen: lead.isOpen, offeredAt: lead.offeredAt,
      answerBy: lead.status == .offered ? lead.answerBy : nil)
    entries[id] = entry
    requests[id.request, default: []].insertInOrder(entry)
    guard let row = entry.row else { return }
    let place = offers[row].lastIndex { $0 <= entry.offeredAt }.map { $0 + 1 } ?? 0
    offers[row].insert(entry.offeredAt, at: place)
    if let answer = PriorAnswer(lead, in: landscape) {
      answers[row].insert(answer, at: answers[row].firstIndex { answer.precedes($0) } ?? answers[row].endIndex)
    }
  }

  /// All leads of a request, ended ones too, in the order of their ids.
  package func entries(of request: RequestID) -> [Entry] { requests[request] ?? [] }

  package func openCount(of request: RequestID) -> Int {
    requests[request]?.reduce(0) { $1.isOpen ? $0 + 1 : $0 } ?? 0
  }

  /// How many leads the row was offered less than seven days ago. Those of a clock that was ahead count too.
  func recent(_ row: Int, at now: Instant) -> Int {
    let start = now - Self.window
    var count = 0
    for offered in offers[row].reversed() {
      guard offered > start else { break }
      count += 1
    }
    return count
  }

  /// When the row can be offered another lead; nil when its limit is none at all.
  func roomReturns(_ row: Int, limit: Int) -> Instant? {
    guard limit > 0 else { return nil }
    let list = offers[row]
    guard list.count >= limit else { return Instant(milliseconds: .min) }
    return list[list.count - limit] + Self.window
  }

  /// What the row answered before, the newest last.
  func priorAnswers(_ row: Int) -> ArraySlice<PriorAnswer> { answers[row].suffix(PriorAnswer.remembered) }
}

extension [LeadBook.Entry] {
  /// Keeps the order of the ids.
  fileprivate mutating func insertInOrder(_ entry: LeadBook.Entry) {
    insert(entry, at: firstIndex { entry.id < $0.id } ?? endIndex)
  }
}
