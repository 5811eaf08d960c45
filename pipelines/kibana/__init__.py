"""What analysts and operators see in Kibana: data views, saved searches and dashboards, made from a short description.

`news` and `feed_health` describe the dashboards, `shapes` and `saved` know how Kibana writes such things down,
`assets` puts them together, `install` brings them into a Kibana and `client` talks to it.
"""
