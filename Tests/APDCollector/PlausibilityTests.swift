import APDCollector
import CooperationModel
import Testing

@Suite("Remarks")
struct PlausibilityTests {
  /// What is remarked on lines of Cesson-Sévigné (17,526 inhabitants): `pointer code`.
  func remarks(_ lines: [DeclarationLine], lastYear: Int64? = nil) throws -> [String] {
    let reference = try ReferenceData.shared()
    let id = try CollectiviteID.of("commune:35051")
    func declaration(_ lines: [DeclarationLine], _ year: Int) -> Declaration {
      Declaration(
        id: DeclarationID(id, year: year, revision: 1), status: .submitted, lines: lines,
        submittedAt: Instant(milliseconds: 0), by: "x")
    }
    return Plausibility().remarks(
      on: declaration(lines, 2025), by: reference.authority(id),
      lastYear: lastYear.map { declaration([.sample(cents: $0)], 2024) }
    ).map { "\($0.pointer) \($0.code)" }
  }

  @Test("a usual declaration has none")
  func usual() throws {
    #expect(try remarks([.sample(cents: 4_250_000)], lastYear: 4_000_000) == [])
  }

  @Test("more than €25 an inhabitant, or €60 for refugees, or €2 of the 1%")
  func perInhabitant() throws {
    let population = Int64(try #require(try ReferenceData.shared().authority(.of("commune:35051"))?.population))
    #expect(try remarks([.sample(cents: population * 2_500)]) == [])
    #expect(try remarks([.sample(cents: population * 2_500 + 1)]) == ["/lines much-per-inhabitant"])
    #expect(try remarks([.sample(.refugees, purpose: "93010", cents: population * 6_000)]) == [])
    #expect(
      try remarks([.sample(.refugees, purpose: "93010", cents: population * 6_000 + 1)]) == [
        "/lines much-per-inhabitant"
      ])
    #expect(
      try remarks([.sample(), .sample(.onePercent, cents: population * 200 + 1)]) == [
        "/lines/1/amount much-per-inhabitant"
      ])
  }

  @Test("ten times last year, or a tenth; small sums are not compared")
  func lastYear() throws {
    #expect(try remarks([.sample(cents: 9_999_999)], lastYear: 1_000_000) == [])
    #expect(try remarks([.sample(cents: 10_000_000)], lastYear: 1_000_000) == ["/lines much-more-than-last-year"])
    #expect(try remarks([.sample(cents: 1_000_000)], lastYear: 10_000_000) == ["/lines much-less-than-last-year"])
    #expect(try remarks([.sample(cents: 499_999)], lastYear: 1_000) == [])
    #expect(try remarks([], lastYear: 10_000_000) == ["/lines nothing-declared", "/lines much-less-than-last-year"])
  }

  @Test("the same line twice, an unspecified sector, a marker where none applies")
  func lines() throws {
    var administration = DeclarationLine.sample(.administration, recipient: "998", purpose: "91010", typeOfAid: "G01")
    administration.markers = ["gender": 1, "environment": 0]
    #expect(
      try remarks([.sample(), .sample(cents: 7), .sample(), .sample(.ngo, purpose: "99810"), administration]) == [
        "/lines/2 same-as-other-line", "/lines/3/purpose sector-unspecified",
        "/lines/4/markers/gender marker-not-applicable",
      ])
  }
}
