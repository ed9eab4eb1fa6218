import CooperationModel
import Testing

@testable import Matcher

@Suite("How a request's leads stand")
struct LeadOutlookTests {
  private let model: ScoringModel

  init() throws { model = try #require(ScoringModel(.standard)) }

  private func outlook(_ id: RequestID, _ market: Market) throws -> LeadOutlook {
    LeadOutlook(
      try #require(market.requests[id]), matches: market.lists[id],
      leads: market.leads.values.filter { $0.id.request == id }, candidates: market.candidates,
      wanted: model.settings.wantedLeads)
  }

  @Test(
    "every request has the leads that it wants, or a reason why not that holds", arguments: 1...4 as ClosedRange<UInt64>
  )
  func reasons(seed: UInt64) throws {
    var market = try Market(seed: seed, requests: 16, model: model)
    market.settle()
    for id in market.requests.keys.sorted() {
      let outlook = try outlook(id, market)
      let list = try #require(market.lists[id])
      let left = list.ranked.compactMap { market.world.landscape.row(of: $0.collectivite) }.filter { row in
        market.candidates.canTakeLeads(row) && !market.book.entries(of: id).contains { $0.row == row }
      }
      #expect(outlook.open == market.book.openCount(of: id))
      #expect((outlook.shortage == nil) == (outlook.open >= outlook.wanted))
      switch outlook.shortage {
      case nil: break
      case .nobodyFits: #expect(list.ranked.isEmpty && list.prospects.isEmpty)
      case .noContact: #expect(list.ranked.isEmpty && !list.prospects.isEmpty)
      case .allAsked: #expect(left.isEmpty && !list.ranked.isEmpty)
      case .noRoom:
        #expect(!left.isEmpty)
        #expect(
          left.allSatisfy { market.book.recent($0, at: market.now) >= market.candidates.weeklyLimit(ofRow: $0) },
          "seed \(seed), \(id)")
      case .notOpen, .notRanked: Issue.record("open and ranked: \(id)")
      }
    }
  }

  @Test("a request that has ended, and one that has just changed, say so")
  func states() throws {
    var market = try Market(seed: 4, requests: 3, model: model)
    let id = try #require(market.requests.keys.min())
    market.requests[id]?.version += 1
    #expect(try outlook(id, market).shortage == .notRanked)
    market.requests[id]?.status = .expired
    #expect(try outlook(id, market) == LeadOutlook.ended)
    for shortage in LeadOutlook.Shortage.allCases {
      #expect(shortage.sentence.fr.hasSuffix(".") && shortage.sentence.en.hasSuffix("."))
    }
  }
}

extension LeadOutlook {
  fileprivate static var ended: LeadOutlook { LeadOutlook(open: 0, wanted: 0, shortage: .notOpen) }
}
