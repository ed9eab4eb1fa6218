import CooperationModel
import Foundation
import Seeds

/// Requests submitted and published, changed profiles, answers, ends and declarations: all at once, by several patient clients.
struct Load {
  let suite: RunningSuite
  let client: PatientClient
  let population: CrashPopulation
  let requests: Int
  /// The number of the first request.
  var first = 0
  let seed: UInt64
  /// How many work at once.
  var clients = 6
  /// How long each client rests after a request.
  var rest: Duration = .zero
  /// Ends the load before all requests are made.
  var isOver: @Sendable () -> Bool = { false }

  private var declares: Bool { !suite.of(.apd).isEmpty }

  func run() async throws {
    let ministry = try await suite.token(.ministry)
    var embassies: [CountryCode: String] = [:]
    for country in population.countries { embassies[country] = try await suite.token(.embassy, country: country) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<clients {
        let numbers = stride(from: first + number, to: requests, by: clients)
        let embassies = embassies
        group.addTask {
          var dice = Dice(seed: seed &+ UInt64(number))
          for request in numbers {
            if isOver() { break }
            try await live(request, embassies[population.request(request).country] ?? "", &dice)
            if request % 1_000 == 999 { print("load: request \(request + 1)") }
            // A call may have been repeated for long: when time is up, nothing more is begun.
            if isOver() { break }
            if dice.falls(15) { try await changeProfile(request, ministry, &dice) }
            if isOver() { break }
            if dice.falls(40) { try await answer(request, ministry, &dice) }
            if isOver() { break }
            if declares, dice.falls(40) { try await declare(request, ministry, &dice) }
            if rest > .zero { try await Task.sleep(for: rest) }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// One request's life: submitted, published, and for some an end.
  private func live(_ number: Int, _ embassy: String, _ dice: inout Dice) async throws {
    let submitted = try await client.change(
      .ingestion, "POST", "/requests", as: embassy, population.request(number).body, key: "submit-\(number)")
    guard submitted.status == 201, let path = submitted.headers["location"] else {
      throw NoSuchAnswer(description: "request \(number): \(submitted.status) \(submitted.text)")
    }
    let published = try await client.change(
      .ingestion, "POST", path + "/publish", as: embassy, [:], key: "publish-\(number)")
    guard published.status == 200 else {
      throw NoSuchAnswer(description: "request \(number): \(published.status) \(published.text)")
    }
    if dice.falls(10) {
      let partner = try dice.one(of: population.collectivites)
      try await client.change(
        .ingestion, "POST", path + "/conclude", as: embassy, ["partners": [.string(partner.rawValue)]],
        key: "conclude-\(number)")
    } else if dice.falls(8) {
      try await client.change(
        .ingestion, "POST", path + "/close", as: embassy, ["reason": "Sans suite"], key: "close-\(number)")
    }
  }

  private func changeProfile(_ number: Int, _ ministry: String, _ dice: inout Dice) async throws {
    let collectivite = try dice.one(of: population.collectivites)
    let path = "/profiles/\(collectivite)"
    let read = try await client.call(.ingestion, "GET", path, as: ministry, awaited: true)
    let body = try population.profile(Int.random(in: 0..<1_000, using: &dice), isPaused: dice.falls(25))
    // Another client may change it at the same time, or the front's table be late: then it is refused, and stays so.
    try await client.change(
      .ingestion, "PUT", path, as: ministry, body, key: "profile-\(number)", ifMatch: read.version)
  }

  private func answer(_ number: Int, _ ministry: String, _ dice: inout Dice) async throws {
    let collectivite = try dice.one(of: population.collectivites)
    let listed = try await client.call(
      .matcher, "GET", "/leads?collectivite=\(collectivite)&limit=500", as: ministry)
    let open =
      listed.json["items"]?.items.filter { $0["status"]?.string == "offered" }.compactMap { $0["id"]?.string } ?? []
    guard !open.isEmpty else { return }
    let lead = try dice.one(of: open)
    let body: JSONValue = dice.falls(50) ? ["answer": "interested"] : ["answer": "declined", "reason": "timing"]
    try await client.change(.matcher, "POST", "/leads/\(lead)/answer", as: ministry, body, key: "answer-\(number)")
  }

  /// An authority's first declaration of the year, or the correction of what it declared.
  private func declare(_ number: Int, _ ministry: String, _ dice: inout Dice) async throws {
    let collectivite = try dice.one(of: population.collectivites)
    let account = "\(collectivite)/\(CrashPopulation.year)"
    let read = try await client.call(.apd, "GET", "/declarations/\(account)", as: ministry)
    let lines = population.declaration(number, &dice)
    try await client.declare(lines, for: collectivite, as: ministry, key: "declare-\(number)", ifMatch: read.version)
  }
}
