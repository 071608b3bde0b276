"""From a rendered document to a running stack: change set, guard, events, outputs.

The modules of the room in reading order. `run` is its spine: begin there, and look the rest up as it is named.

The run of a deployment
    request     what is deployed, how, and how it ended: the values at both ends
    assemble    an environment and its rendered document become a request
    checked     the check, before anything is asked of AWS
    run         a deployment, step by step; every end is an Outcome
    regions     several runs side by side, with one question for all
    prepare     the first half: from the request to a plan that only needs a yes
    planned     the same for a plan that was reviewed before
    target      account, region, and whether the stack is free
    clear       a failed first creation, taken out of the way
    artifacts   packages and large templates into the bucket
    changeset   a change set, until it is made
    attempt     what was made so far, and how to take it back
    follow      the operation, to its end
    ending      how it ended, in words and as an exit code
    nested      the cause, where it is in a nested stack
    protect     termination protection and stack policy, put in order

Plan and guard, nearly all pure
    plan        the change set merged with the review: what is shown, what is refused
    guard       the refusal, and what is only warned of
    exports     which exports other stacks would miss
    stamp       what a plan was made from, so that it can go stale
    facts       what must be known of a document: text, capabilities, parameters, fingerprint
    policy      the stack policy that keeps stateful resources
    bootstrap   the stack of the artifact bucket, as a request of its own

Values
    values      what CloudFormation says, as frozen values
    states      every stack status: what it allows, how it ends
    watch       events as progress, and the causes in them
    faults      what can go wrong between here and AWS
    ports       the client that all of this talks to, as a Protocol
    pace        how often AWS is asked

Edge: what talks to the world
    aws         sessions and calls; the only file that knows botocore
    operations  the client: one method for each AWS operation
    shapes      botocore's answers as values
    botofaults  botocore's exceptions as faults
    bundle      a function's source as a zip, the same everywhere
    wheels      a function's requirements, by pip

Verbs on a stack that exists
    verb        what they share
    attach      watch and cancel
    recover     out of a failed roll-back or creation
    destroy     the deletion, and what stays
    drift       what runs against what the template says
    inspect     status, events, outputs
    invoke      a function, by its name in the settings
    logs        a log group, once or followed

View
    view        what a person or a program is told: a Protocol, and the view that masks
    plain       lines, and JSON lines
    live        a terminal with what is under way at its bottom
    texts       findings, plans, events and outcomes as lines
    masking     what is a secret, and how it is taken out
"""
