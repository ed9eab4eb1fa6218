import CooperationModel

/// All revisions of all declarations, and the totals of those that count: the fold of `apd-declarations.v1`.
///
/// Of each authority and year the highest revision that is there counts, once, also in the moment in which the revision
/// before it is not yet marked as superseded. The fold's result depends on the newest record of each key alone, not on
/// the order in which records came.
package struct DeclarationLedger: Sendable {
  /// One authority's year.
  package struct Account: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let collectivite: CollectiviteID
    package let year: Int

    package init(_ collectivite: CollectiviteID, _ year: Int) {
      self.collectivite = collectivite
      self.year = year
    }

    /// `commune:35051/2025`: the name of what a declaration's revisions are revisions of.
    package var description: String { "\(collectivite)/\(year)" }

    package static func < (left: Self, right: Self) -> Bool {
      left.year != right.year ? left.year < right.year : left.collectivite < right.collectivite
    }
  }

  private let reference: ReferenceData
  private var revisions: [Account: [Int: Declaration]] = [:]
  private var totals: [Int: YearTotals] = [:]

  package init(reference: ReferenceData) { self.reference = reference }

  /// Takes a record of the topic: a declaration, or nil for a tombstone.
  package mutating func apply(_ id: DeclarationID, _ declaration: Declaration?) {
    let account = Account(id.collectivite, id.year)
    let before = counted(account)
    revisions[account, default: [:]][id.revision] = declaration
    if revisions[account]?.isEmpty ?? false { revisions[account] = nil }
    let after = counted(account)
    guard before != after else { return }
    let region = reference.authority(id.collectivite)?.region.map { String($0.code) } ?? ""
    var year = totals[id.year] ?? YearTotals()
    if let before { year.remove(before, region: region, sector: sector) }
    if let after { year.add(after, region: region, sector: sector) }
    totals[id.year] = year.isEmpty ? nil : year
  }

  /// The revision that counts: the highest, unless it was taken back.
  package func counted(_ account: Account) -> Declaration? {
    guard let all = revisions[account], let highest = all.keys.max(), let declaration = all[highest],
      declaration.status == .submitted
    else { return nil }
    return declaration
  }

  package subscript(id: DeclarationID) -> Declaration? {
    revisions[Account(id.collectivite, id.year)]?[id.revision]
  }

  /// An authority's revisions for a year, the newest first.
  package func history(_ account: Account) -> [Declaration] {
    (revisions[account] ?? [:]).values.sorted { $0.id.revision > $1.id.revision }
  }

  /// A year's totals; empty when nothing was declared for it.
  package func totals(_ year: Int) -> YearTotals { totals[year] ?? YearTotals() }

  /// The years that have totals.
  package var years: [Int] { totals.keys.sorted() }

  /// The years of any revision.
  package var yearsOfAll: [Int] { Set(revisions.keys.map(\.year)).sorted() }

  /// Every revision of a year, by authority, the newest first.
  package func all(_ year: Int) -> [Declaration] { accounts(year).flatMap(history) }

  /// The declarations that count for a year, by authority.
  package func current(_ year: Int) -> [Declaration] {
    accounts(year).compactMap(counted)
  }

  /// The declarations that counted at a time: of each authority the highest revision received by then.
  package func asOf(_ time: Instant, year: Int) -> [Declaration] {
    accounts(year).compactMap { account in
      history(account).first { $0.submittedAt <= time }
    }
  }

  private func accounts(_ year: Int) -> [Account] { revisions.keys.filter { $0.year == year }.sorted() }

  private func sector(_ purpose: String) -> String {
    reference.dac.sectorCategory(of: purpose)?.code ?? String(purpose.prefix(3))
  }
}
