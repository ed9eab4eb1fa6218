import Seeds
import APDCollector
import CooperationModel
import Testing

@Suite("Totals")
struct TotalsTests {
  static let authorities = [
    "commune:35238", "commune:44109", "region:53", "departement:93", "epci:243500139", "commune:75056", "region:01",
  ]

  /// Declarations as a decider leaves them: revisions without gap, all but the last superseded.
  static func declarations(seed: UInt64) throws -> [Declaration] {
    var random = SplitMix(seed: seed)
    var result: [Declaration] = []
    for name in authorities {
      for year in 2023...2025 where random.below(4) > 0 {
        let revisions = 1 + random.below(3)
        for revision in 1...revisions {
          let lines = (0..<random.below(6)).map { _ in line(&random) }
          result.append(
            Declaration(
              id: DeclarationID(try .of(name), year: year, revision: revision),
              status: revision == revisions ? .submitted : .superseded, lines: lines,
              submittedAt: Instant(milliseconds: Int64(year) * 1_000 + Int64(revision)), by: name))
        }
      }
    }
    return result
  }

  static func line(_ random: inout SplitMix) -> DeclarationLine {
    let categories = DeclarationLine.Category.allCases
    return .sample(
      categories[random.below(categories.count)], recipient: ["269", "255", "998"][random.below(3)],
      channel: ["11002", "22000"][random.below(2)], purpose: ["14030", "15185", "93010", "11420"][random.below(4)],
      cents: Int64(1 + random.below(100_000_000_000)))
  }

  /// The totals added up from nothing, by another way than the ledger's.
  static func summed(_ declarations: [Declaration], year: Int, _ reference: ReferenceData) -> YearTotals {
    var totals = YearTotals()
    for declaration in declarations where declaration.id.year == year && declaration.status == .submitted {
      let region = reference.authority(declaration.id.collectivite)?.region.map { String($0.code) } ?? ""
      totals.add(declaration, region: region) { reference.dac.sectorCategory(of: $0)?.code ?? String($0.prefix(3)) }
    }
    return totals
  }

  @Test("are the sums of the lines, whatever the order in which records come and go", arguments: 1...40)
  func orderIndependent(seed: Int) throws {
    let reference = try ReferenceData.shared()
    let declarations = try Self.declarations(seed: UInt64(seed))
    var random = SplitMix(seed: UInt64(seed) &+ 1_000)
    var ledger = DeclarationLedger(reference: reference)
    // What was written before the newest record of a key, and what a tombstone erased again.
    for declaration in declarations.shuffled(using: &random) where random.below(2) == 0 {
      var earlier = declaration
      earlier.status = .submitted
      earlier.lines = [Self.line(&random)]
      ledger.apply(declaration.id, earlier)
      if random.below(3) == 0 { ledger.apply(declaration.id, nil) }
    }
    for declaration in declarations.shuffled(using: &random) { ledger.apply(declaration.id, declaration) }
    for year in 2022...2026 {
      let expected = Self.summed(declarations, year: year, reference)
      #expect(ledger.totals(year) == expected, "seed \(seed), year \(year)")
      for dimension in YearTotals.Dimension.allCases {
        let parts = ledger.totals(year).ranked(dimension)
        #expect(parts.map(\.amounts.total.cents).reduce(0, +) == expected.overall.total.cents)
        #expect(parts.map(\.amounts.refugees.cents).reduce(0, +) == expected.overall.refugees.cents)
      }
    }
    for declaration in declarations.shuffled(using: &random) { ledger.apply(declaration.id, nil) }
    #expect(ledger.years.isEmpty)
  }

  @Test("add cents, not fractions: a tenth three times is three tenths")
  func cents() {
    let amounts = Amounts(of: Array(repeating: .sample(cents: 10), count: 3))
    #expect(amounts.total.description == "0.30")
    let many = Amounts(of: Array(repeating: .sample(cents: 1_999_999_999_99), count: 500))
    #expect(many.total.description == "999999999995.00")
  }

  @Test("show what was spent on refugees apart")
  func refugees() {
    let amounts = Amounts(of: [
      .sample(cents: 5_000_000_00), .sample(.refugees, purpose: "93011", cents: 14_940_000_000),
    ])
    #expect(amounts.total.description == "154400000.00")
    #expect(amounts.refugees.description == "149400000.00")
    #expect(amounts.withoutRefugees.description == "5000000.00")
  }

  @Test("count a revision once while the one before is not yet marked")
  func halfReplaced() throws {
    var ledger = DeclarationLedger(reference: try .shared())
    let id = try CollectiviteID.of("commune:35238")
    for (revision, cents) in [(2, Int64(500)), (1, 300)] {
      let key = DeclarationID(id, year: 2025, revision: revision)
      ledger.apply(
        key,
        Declaration(
          id: key, status: .submitted, lines: [.sample(cents: cents)], submittedAt: Instant(milliseconds: 0), by: "x"))
    }
    #expect(ledger.totals(2025).overall.total.cents == 500)
    #expect(ledger.totals(2025).declarantCount == 1)
    #expect(ledger.current(2025).map(\.id.revision) == [2])
  }

  @Test("a région's own declaration and its communes' stand under the same région")
  func regions() throws {
    let reference = try ReferenceData.shared()
    var ledger = DeclarationLedger(reference: reference)
    for name in ["region:53", "commune:35238", "epci:243500139", "departement:35"] {
      let id = DeclarationID(try .of(name), year: 2025, revision: 1)
      ledger.apply(
        id,
        Declaration(
          id: id, status: .submitted, lines: [.sample(cents: 100)], submittedAt: Instant(milliseconds: 0), by: name))
    }
    #expect(ledger.totals(2025).by[.region]?["53"]?.total.cents == 400)
  }

  @Test(
    "compare with the year before in tenths of a percent",
    arguments: [
      (Int64(100), Int64(150), 500), (100, 100, 0), (100, 0, -1_000), (300, 301, 3), (3_000, 3_001, 0),
      (2_000, 2_001, 1),
      (-100, -50, 500), (0, 100, nil),
    ])
  func comparison(before: Int64, now: Int64, permille: Int?) {
    #expect(Comparison(before: Money(cents: before), now: Money(cents: now)).permille == permille)
  }

  @Test("tell how many of those expected declared")
  func participation() throws {
    var totals = YearTotals()
    let id = DeclarationID(try .of("region:53"), year: 2025, revision: 1)
    totals.add(
      Declaration(id: id, status: .submitted, lines: [], submittedAt: Instant(milliseconds: 0), by: "x"), region: "53"
    ) { $0 }
    let shares = Participation.of(totals, expected: [.region: 18, .departement: 100])
    #expect(shares.map(\.kind) == [.region, .departement])
    #expect(shares.map(\.permille) == [55, 0])
  }
}
