import Foundation
import Seeds

/// All that a run of the suite's simulation does: in which market it begins, how many instances there are, and what
/// happens in which order.
///
/// A plan is a value. Every move brings the chance that it needs along, so that leaving others out changes nothing about
/// it: this is how a failing run is made short.
struct Plan: Sendable {
  var seed: UInt64
  var market: Market
  var shape: Shape
  var moves: [Move]

  /// What the log is like, and holds before anything befalls it. A few seeds share one: it is founded once.
  struct Market: Hashable, Sendable {
    var number: UInt64
    /// Whether transactions leave markers in the partitions, as on Kafka.
    var marksTransactions: Bool
    /// Whether a group that changes is shared out anew from the ground, as on Kafka.
    var suspendsMembers: Bool
    /// Whether the sending gate stands before the channel.
    var leavesMachine: Bool
    /// Whether the gate is open from the first.
    var isOpen: Bool
    var wantedLeads: Int
    var answerDays: Int
    /// Messages an hour, for all.
    var perHour: Int
    /// Whether the log holds a profile of a commune that has been merged since.
    var hasFormerProfile: Bool
    /// The chances of what somebody brings that a market needs to begin with.
    var founding: [UInt64]
    /// Whether all that was brought has been worked on.
    var isAtWork: Bool

    init(_ number: UInt64) {
      self.number = number
      var chance = Chance(seed: number &+ 1 << 32)
      marksTransactions = chance.happens(oneIn: 2)
      suspendsMembers = chance.happens(oneIn: 2)
      leavesMachine = !chance.happens(oneIn: 4)
      isOpen = chance.happens(oneIn: 2)
      wantedLeads = 1 + chance.below(5)
      answerDays = [3, 20, 60][chance.below(3)]
      perHour = [6, 60, 100_000, 100_000][chance.below(4)]
      hasFormerProfile = chance.happens(oneIn: 3)
      founding = (0..<18).map { _ in chance.next() }
      isAtWork = !chance.happens(oneIn: 4)
    }
  }

  struct Shape: Sendable {
    /// Processes of Ingestion, Matcher, Notifications and APDCollector.
    var processes: [Int]
    /// Input records that a step takes, and how many entities it derives again before other events have their turn.
    var stepRecords: Int
    var recomputations: Int
  }

  struct Move: Sendable {
    var kind: Kind
    var seed: UInt64

    enum Kind: String, Sendable, CaseIterable {
      /// Something goes on in one of the processes.
      case advance
      /// Somebody wishes something.
      case command
      /// An operator changes a setting.
      case setting
      /// A record that is none comes into a stream.
      case garbage
      /// A state topic gets a record that cannot be read.
      case corruption
      /// An operator repairs what cannot be read.
      case repair
      /// The next append or commit of somebody goes wrong.
      case fault
      /// A process dies.
      case crash
      /// A process is asked to stop, and another takes its place.
      case stop
      /// A process gets no turn for a while.
      case sleep
      /// The group goes on without a process that lives, and that will wake up, at once or after a while.
      case zombie
      /// The bus goes away, or comes back.
      case away, back
      /// A marker of a decided transaction arrives somewhere, or an undecided one times out.
      case marker
      /// Milliseconds pass, hours, or days.
      case tick, hours, days
      /// The clock jumps ahead by months, or back by an hour.
      case jump
      /// Compaction, ageing and trimming.
      case housekeeping
      /// Faults end, all is brought to its end, and the laws are checked.
      case quiet
    }
  }

  /// How often a move is drawn, of those that a seed has in its set.
  private static let weights: [(Move.Kind, Int)] = [
    (.advance, 700), (.command, 110), (.setting, 6), (.garbage, 4), (.corruption, 3), (.repair, 4), (.fault, 14),
    (.crash, 14), (.stop, 8), (.sleep, 12), (.zombie, 12), (.away, 3), (.back, 8), (.marker, 25), (.tick, 60),
    (.hours, 10), (.days, 5), (.jump, 1), (.housekeeping, 3), (.quiet, 3),
  ]
  /// Kinds of which a seed leaves some out, so that the others can go far.
  private static let optional: [Move.Kind] = [
    .setting, .garbage, .corruption, .fault, .crash, .stop, .sleep, .zombie, .away, .hours, .days, .jump, .housekeeping,
  ]

  /// How many moves a life has at most.
  private static let most =
    ProcessInfo.processInfo.environment["SIMULATION_MOVES"].flatMap { Int($0) }.map { max(3, $0) } ?? 70
  /// How many seeds, one after the other, begin in the same market.
  private static let sharing: UInt64 = 8

  /// - Parameter count: how many moves at most.
  init(seed: UInt64, moves count: Int = most) {
    self.seed = seed
    market = Market(seed / Self.sharing)
    var chance = Chance(seed: seed)
    let count = count / 3 + chance.below(count * 2 / 3)
    shape = Shape(
      processes: (0..<4).map { $0 == 3 ? 1 + chance.below(2) : 1 + chance.below(3) },
      stepRecords: [1, 3, 500][chance.below(3)], recomputations: [1, 2, 64][chance.below(3)])
    var weights = Self.weights
    for kind in Self.optional where chance.happens(oneIn: 3) { weights.removeAll { $0.0 == kind } }
    let total = weights.reduce(0) { $0 + $1.1 }
    moves = []
    for _ in 0..<count {
      var draw = chance.below(total)
      for (kind, weight) in weights {
        draw -= weight
        guard draw < 0 else { continue }
        moves.append(Move(kind: kind, seed: chance.next()))
        break
      }
    }
  }

  /// What founds a market: one of each, and nothing befalls it.
  init(founding market: Market) {
    seed = market.number
    self.market = market
    shape = Shape(processes: [1, 1, 1, 1], stepRecords: 500, recomputations: 64)
    moves = []
  }
}
