import TopicBus

/// Names one member of a group in a ``SimulatedLog``, for good: members are numbered in the order in which they join.
public struct Member: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: Int

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  /// Also its member id in ``GroupMetadata``, and its name among callers for ``SimulatedLog/inject(_:into:)``.
  public var description: String { "member-\(number)" }
}

/// A group: who is in it, and who has which share of its partitions.
///
/// Topics are co-partitioned, so a *share* is one partition number with that partition of every topic.
///
/// A share changes hands in three steps: its `target` changes (a rebalance), its owner gives it up (or leaves, or is
/// evicted), it is the target's, under a new generation. So there is never a moment with two owners, and whatever was
/// begun before that generation is fenced. In a group that suspends its members, every share changes hands at once, when
/// all owners have given up all.
struct SimulatedGroup: Sendable {
  let name: String
  let suspendsMembers: Bool
  /// Whether shares are being given up, to be handed out anew.
  var isSharingAnew = false
  /// Sorted.
  var topics: [String] = []
  /// Where each of `topics` stands in the log's.
  var places: [Int] = []
  var start = Membership.Start.earliest
  /// Raised by every rebalance and whenever shares change hands.
  var generation: Int64 = 0
  /// In the order in which they joined; dead ones that are not evicted yet are among them.
  var members: [Int] = []
  var shares: [Share] = []
  /// Looked up, never iterated into a decision.
  var committed: [TopicPartition: Int64] = [:]

  struct Share: Sendable {
    var owner: Int?
    var target: Int?
    /// The generation under which the owner got it: a commit under an older one is fenced.
    var since: Int64 = 0
    /// Whether the owner has been told that it has it.
    var isAssigned = false
    /// Whether the owner has been told to give it up.
    var isRevoked = false
    /// Who was told last that it has it.
    var lastTold: Int?
    /// Where its owner reads on from, by topic as in `topics`.
    var positions: [Int64] = []
  }

  init(_ name: String, suspendsMembers: Bool) {
    self.name = name
    self.suspendsMembers = suspendsMembers
  }

  /// Shares the partitions out by ranges, in the order of joining, and hands over what has no owner.
  mutating func rebalance() {
    if !suspendsMembers { generation += 1 }
    isSharingAnew = suspendsMembers
    guard !members.isEmpty else {
      for index in shares.indices { shares[index].target = nil }
      return handOver()
    }
    let (size, rest) = shares.count.quotientAndRemainder(dividingBy: members.count)
    var next = 0
    for (index, member) in members.enumerated() {
      let count = size + (index < rest ? 1 : 0)
      for share in next..<next + count {
        shares[share].target = member
        if shares[share].owner == member, !suspendsMembers { continue }
        // An owner that has not heard of it yet loses nothing.
        if !shares[share].isAssigned { shares[share].owner = nil }
      }
      next += count
    }
    handOver()
  }

  /// Gives shares without an owner to whom they are meant for, under a new generation.
  mutating func handOver() {
    if suspendsMembers {
      guard isSharingAnew, shares.allSatisfy({ $0.owner == nil }) else { return }
      isSharingAnew = false
    } else {
      guard shares.contains(where: { $0.owner == nil && $0.target != nil }) else { return }
    }
    generation += 1
    for index in shares.indices where shares[index].owner == nil && shares[index].target != nil {
      shares[index].owner = shares[index].target
      shares[index].since = generation
      shares[index].isAssigned = false
      shares[index].isRevoked = false
    }
  }

  /// Takes a member out, with all that it has.
  ///
  /// - Returns: the shares that it believes to own.
  mutating func remove(_ member: Int) -> [Int] {
    members.removeAll { $0 == member }
    var believed: [Int] = []
    for index in shares.indices where shares[index].owner == member {
      if shares[index].isAssigned { believed.append(index) }
      shares[index].owner = nil
    }
    rebalance()
    return believed
  }

  /// Whether a member may fetch from a share: it knows that it has it, and is not asked to give it up.
  func reads(_ share: Int, by member: Int) -> Bool {
    shares[share].owner == member && shares[share].isAssigned && !shares[share].isRevoked
  }

  /// The partitions of some shares.
  func partitions(of shares: [Int]) -> Set<TopicPartition> {
    var found = Set<TopicPartition>(minimumCapacity: shares.count * topics.count)
    for share in shares {
      for topic in topics { found.insert(TopicPartition(topic, share)) }
    }
    return found
  }
}

/// A member, in the group or no longer.
struct SimulatedMember: Sendable {
  let group: Int
  let membership: Membership
  /// Sorted.
  let topics: [String]
  /// In each of the topics.
  let partitions: Int
  var state = State.joined
  /// Taken from it while it did not look.
  var lost: Set<TopicPartition> = []
  /// Shares that it gave up when it was suspended, of which it has not heard yet what became.
  var resting: Set<Int> = []
  /// The share at which its next fetch begins, so that none starves.
  var turn = 0

  enum State: Sendable {
    case joined
    /// Out of the group without knowing it: it hears of it, and joins again, when it next polls.
    case evicted
    /// Crashed; holds what it held until it is evicted.
    case dead
    /// Left, or dead and evicted.
    case gone
    /// Another process uses its instance name.
    case replaced
  }
}
