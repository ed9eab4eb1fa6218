import CooperationModel
import Foundation
import Snapshots
import Testing

@Suite("bourse leads")
struct LeadsTests {
  private static let request = RequestID("0a8f5a0e-0d6c-8b1e-9a3b-5b1b0e0f0a01")

  private func fill(_ place: Workplace) async throws {
    _ = try await place.bourse("topics", "apply")
    let id = try #require(Self.request)
    let country = try #require(CountryCode("MG"))
    let request = PartnershipRequest(
      id: id, version: 2, status: .published, country: country,
      authorities: [ForeignAuthority(name: "Région Melaky", kind: .region)], title: "Éducation et alphabétisation",
      summary: "")
    let places = try ["commune:35051", "departement:35", "region:53"].map { try #require(CollectiviteID($0)) }
    try await place.withLog { bus in
      var records = [try Topics.partnershipRequests.sample(id, request)]
      for (index, collectivite) in places.enumerated() {
        records.append(try Topics.profiles.sample(collectivite, Profile(collectivite: collectivite, version: 1)))
        let contact = try #require(ContactID("0a8f5a0e-0d6c-8b1e-9a3b-5b1b0e0f0b0\(index)"))
        records.append(
          try Topics.contacts.sample(
            contact,
            Contact(
              id: contact, version: 1, owner: OwnerID(collectivite), status: .confirmed, name: "Exemple",
              email: "a@example.org", language: .french, since: Instant(milliseconds: 0))))
      }
      for (index, status) in [Lead.Status.offered, .declined].enumerated() {
        let lead = LeadID(id, places[index])
        records.append(
          try Topics.leads.sample(
            lead,
            Lead(
              id: lead, version: 1, status: status, score: 700 - 100 * index, factors: [],
              facts: Lead.RequestFacts(request), offeredAt: Instant(milliseconds: 1_790_000_000_000 + Int64(index)),
              answerBy: nil, reason: status == .declined ? .capacity : nil)))
      }
      _ = try await bus.append(records)
    }
  }

  @Test("leads are listed, the newest first, and chosen by status")
  func list() async throws {
    let place = try Workplace()
    try await fill(place)
    let all = try await place.bourse("leads", "list")
    try expectSnapshot(all.output, "leads-list.txt")
    let declined = try await place.bourse("leads", "list", "--status", "declined", "--json").json().array
    #expect(declined.map { $0["collectivite"] } == [.string("departement:35")])
    #expect(try await place.bourse("leads", "list", "--request", "ffff").output == "No lead.\n")
  }

  @Test("fairness tells who is served and who is not")
  func fairness() async throws {
    let place = try Workplace()
    try await fill(place)
    try expectSnapshot(try await place.bourse("leads", "fairness").output, "leads-fairness.txt")
    let report = try await place.bourse("leads", "fairness", "--json").json()
    #expect(report["takers"] == .integer(3))
    #expect(report["giniOfLeads"] == .integer(333))
  }
}
