"""Reinforcement learning: REINFORCE on a grid. Find the goal, mind the cliff.

Six steps reach the goal at best. A step costs 0.05, the cliff 0.5 (and ends the episode), the goal
pays 1: the best return is 0.7.
"""

import numpy as np
import tensorflow as tf

import keras

keras.utils.set_random_seed(0)
HEIGHT, WIDTH, LIMIT, EPISODES = 3, 5, 20, 32
MOVES = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]])

policy = keras.Sequential(
    [keras.Input((HEIGHT * WIDTH,)), keras.layers.Dense(32, "tanh"), keras.layers.Dense(4)]
)
optimizer = keras.optimizers.Adam(0.03)


@tf.function
def choose(states, seed):
    return tf.random.stateless_categorical(policy(states), 1, seed)[:, 0]


@tf.function
def learn(states, actions, advantages):
    with tf.GradientTape() as tape:
        logits = policy(states)
        taken = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)
        chances = tf.nn.softmax(logits)
        entropy = -tf.reduce_sum(chances * tf.nn.log_softmax(logits), axis=1)
        alive = tf.cast(advantages != 0, tf.float32)
        loss = tf.reduce_sum(taken * advantages - 0.02 * entropy * alive) / EPISODES
    gradients = tape.gradient(loss, policy.trainable_variables)
    optimizer.apply_gradients(zip(gradients, policy.trainable_variables))
    return loss


def play(seed):
    """States, actions, rewards and who was still playing: LIMIT rows, an episode per column."""
    place = np.tile([HEIGHT - 1, 0], (EPISODES, 1))
    playing = np.ones(EPISODES, bool)
    states, actions, rewards, alive = [], [], [], []
    for i in range(LIMIT):
        state = np.eye(HEIGHT * WIDTH, dtype="float32")[place @ [WIDTH, 1]]
        action = choose(state, tf.constant([seed, i])).numpy()
        place = np.clip(place + MOVES[action], 0, [HEIGHT - 1, WIDTH - 1])
        bottom = place[:, 0] == HEIGHT - 1
        goal = bottom & (place[:, 1] == WIDTH - 1)
        cliff = bottom & (place[:, 1] > 0) & ~goal
        states.append(state)
        actions.append(action)
        rewards.append(np.where(playing, goal - 0.5 * cliff - 0.05, 0.0))
        alive.append(playing)
        playing = playing & ~goal & ~cliff
    return map(np.stack, (states, actions, rewards, alive))


returns = []
for episode in range(80):
    states, actions, rewards, alive = play(episode)
    to_go = np.cumsum(rewards[::-1], axis=0)[::-1]
    baseline = (to_go * alive).sum() / alive.sum()
    advantages = (to_go - baseline) * alive
    learn(
        tf.constant(states.reshape(-1, HEIGHT * WIDTH)),
        tf.constant(actions.ravel()),
        tf.constant(advantages.ravel(), tf.float32),
    )
    returns.append(rewards.sum(axis=0).mean())

print(f"result: first={returns[0]:.4f} last={np.mean(returns[-5:]):.4f}")
assert np.mean(returns[-5:]) > 0.3
