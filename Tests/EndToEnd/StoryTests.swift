import CooperationModel
import Foundation
import KafkaBrokers
import ServiceKit
import Testing

/// The main job with the real executables, as people live it.
@Suite("A request becomes explained matches, fair leads and e-mails to the right people", .serialized)
struct StoryTests {
  @Test("from an embassy's request to a sheet of the Atlas")
  func story() async throws {
    try await story(on: nil)
  }

  @Test(
    "the same on Kafka",
    .enabled(if: TestCluster.isThere, "noida-db is not installed: compose/test installs it where it can"))
  func storyOnKafka() async throws {
    let cluster = try TestCluster()
    defer { cluster.end() }
    try await story(on: cluster.brokers)
  }

  private func story(on brokers: String?) async throws {
    try await RunningSuite.run([.ingestion: 1, .matcher: 1, .notifications: 1], in: Place(brokers: brokers)) { suite in
      let story = try await Story(suite)
      try await story.contactsConfirm()
      try await story.profilesAndCooperation()
      let first = try await story.publish("Gestion des déchets de Ziniaré")
      try await story.matchesAreExplained(first)
      try await story.modelsAreCompared()
      try await story.leadsAreAnnounced(first)
      try await story.answer(first)
      try await story.conclude(first)
      let second = try await story.publish("Compostage à Ziniaré")
      try await story.unsubscribe(second)
      let third = try await story.publish("Recyclage à Kaya", by: "Kaya")
      let fourth = try await story.publish("Recyclage à Koudougou", by: "Koudougou")
      try await story.weeklyLimitHolds(third, fourth)
      #expect(try await suite.bus.deadLetters().isEmpty)
    }
  }

  @Test("a declaration of aid is taken, added up and receipted")
  func declaration() async throws {
    try await RunningSuite.run([.apd: 1]) { suite in
      let campaign = CampaignSettings(
        year: 2025, opensOn: try #require(Day("2026-01-01")), closesOn: try #require(Day("2199-12-31")))
      try await suite.set(try id("campaign:2025"), campaign)
      let rennes = try await suite.token(.collectivite, collectivite: try id("commune:35238"))
      let body: JSONValue = [
        "collectivite": "commune:35238", "year": 2025,
        "lines": [
          ["category": "one-percent", "country": "NE", "amount": "42500.10", "title": "Eau potable à Dosso"],
          ["category": "refugees", "amount": "7499.90", "title": "Accueil"],
        ],
      ]
      let declared = try await eventually("the declaration is taken") {
        let answer = try await suite.call(
          .apd, "POST", "/declarations", as: rennes, body, headers: ["Idempotency-Key": "declaration-1"])
        if answer.status == 503 || answer.status == 202 || answer.status == 409 {
          throw NoAnswer(description: answer.text)
        }
        return answer
      }
      #expect(declared.status == 201, "\(declared.text)")
      let again = try await suite.call(
        .apd, "POST", "/declarations", as: rennes, body, headers: ["Idempotency-Key": "declaration-1"])
      #expect(again.status == 201)
      let declarations = try await suite.bus.table(Topics.declarations)
      #expect(declarations.count == 1)
      let totals = try await suite.call(.apd, "GET", "/totals?year=2025")
      #expect(totals.text.contains("50000.00"), "\(totals.text)")
      #expect(totals.text.contains("42500.10"))
      let receipt = try await suite.call(
        .apd, "GET", "/declarations/commune:35238/2025/1/receipt?format=text", as: rennes,
        headers: ["Accept": "text/plain", "Accept-Language": "fr"])
      #expect(receipt.status == 200)
      #expect(receipt.text.contains("Rennes"), "\(receipt.text)")
    }
  }
}
